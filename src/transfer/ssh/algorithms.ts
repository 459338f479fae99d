import type { Algorithms } from "ssh2";

/** Algorithms that old servers need and that nobody should use otherwise: SHA-1 key exchange, CBC ciphers, MD5, DSA keys. */
const LEGACY = {
  kex: ["diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
  cipher: ["aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"],
  serverHostKey: ["ssh-dss"],
  hmac: ["hmac-sha1-96", "hmac-md5", "hmac-md5-96"],
} as const;

/** ssh2's own order of host key algorithms. Its `prepend` does not move a name forward, so the whole list is given. */
const HOST_KEYS = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
];

/** What was agreed on in the handshake, as ssh2 tells it. */
export interface Negotiated {
  kex: string;
  serverHostKey: string;
  cs: { cipher: string; mac: string };
  sc: { cipher: string; mac: string };
}

/** The offer to the server: host key algorithms with `preferred` first, and the old ones at the end where they are allowed. */
export function offer(preferred: readonly string[], legacy: boolean): Algorithms {
  const all = [...HOST_KEYS, ...(legacy ? LEGACY.serverHostKey : [])];
  const first = preferred.filter((name) => all.includes(name));
  const algorithms = {
    serverHostKey: [...new Set([...first, ...all])],
    ...(legacy
      ? { kex: { append: LEGACY.kex }, cipher: { append: LEGACY.cipher }, hmac: { append: LEGACY.hmac } }
      : {}),
  };
  // The library's types name fewer algorithms than the library knows.
  return algorithms as unknown as Algorithms;
}

/** The old algorithms among the negotiated ones. */
export function legacyOf(negotiated: Negotiated): string[] {
  const used = [
    negotiated.kex,
    negotiated.cs.cipher,
    negotiated.sc.cipher,
    negotiated.cs.mac,
    negotiated.serverHostKey,
  ];
  const old: readonly string[] = Object.values(LEGACY).flat();
  return [...new Set(used)].filter((name) => old.includes(name));
}
