/** Gives a secret when it is needed; `undefined` when there is none. */
export type Secret = () => Promise<string | undefined>;

/** A question of a keyboard-interactive login. */
export interface LoginQuestion {
  readonly text: string;
  /** False for what must not be shown while it is typed. */
  readonly echo: boolean;
}

/** How to log in at an SSH server and how long to wait for it. Secrets are asked for only when the server wants them. */
export interface SshOptions {
  /** Files of host keys; `defaultKnownHostsFiles()` when left out. */
  readonly knownHostsFiles?: readonly string[];
  /** Private keys to try, in order. When left out, the `~/.ssh/id_*` files that exist. */
  readonly keyFiles?: readonly string[];
  /** The socket of an SSH agent, or `pageant`. When left out, `SSH_AUTH_SOCK`, on Windows its OpenSSH agent; `false` for none. */
  readonly agent?: string | false;
  readonly password?: Secret;
  /** The passphrase of an encrypted private key. */
  readonly passphrase?: (keyFile: string) => Promise<string | undefined>;
  /** Answers what a server asks beyond the password (a one-time code); `undefined` gives up. */
  readonly answer?: (instructions: string, questions: readonly LoginQuestion[]) => Promise<string[] | undefined>;
  /** Also offer what old servers need and what is broken today: SHA-1 key exchange, CBC ciphers, DSA keys. */
  readonly legacyAlgorithms?: boolean;
  /** Milliseconds for the connection, for the handshake and for the login, each; time spent asking a person is not counted. */
  readonly connectMs?: number;
  /** Milliseconds without an answer after which an act is given up (`STALLED`). */
  readonly stallMs?: number;
}
