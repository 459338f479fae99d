/** SMB dialects by their revision numbers (MS-SMB2 2.2.3). */
export const DIALECT = { smb202: 0x0202, smb210: 0x0210, smb300: 0x0300, smb302: 0x0302, smb311: 0x0311 } as const;

export type Dialect = (typeof DIALECT)[keyof typeof DIALECT];

/** Who logs on. `domain` is empty for an account of the server itself and for `user@domain` names. */
export interface Credentials {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}

/** How to reach one share. */
export interface SmbOptions {
  readonly host: string;
  /** Default 445. */
  readonly port?: number;
  readonly share: string;
  readonly credentials: Credentials;
  /** `when-demanded` signs only where the server asks for it: nobody then notices bytes changed on the way. Default `required`. */
  readonly signing?: "required" | "when-demanded";
  /** Default `when-demanded`: the server, or the share, decides. */
  readonly encryption?: "required" | "when-demanded";
  /** What to offer; default all five. The server takes the highest that it knows. */
  readonly dialects?: readonly Dialect[];
  /** Milliseconds until a TCP connection stands; default 15 000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds in which the server must answer something while requests are open; default 60 000. One request may take ten times that. */
  readonly requestTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Bytes in one read or write at the most; larger ones do not get faster. */
export const LARGEST_CHUNK = 4_194_304;
/** Bytes that one credit pays for (MS-SMB2 3.1.5.2), and the largest read or write of SMB 2.0.2. */
export const CREDIT_BYTES = 65_536;
