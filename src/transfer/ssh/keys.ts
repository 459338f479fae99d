import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import ssh2, { type ParsedKey } from "ssh2";
import { ResyncError } from "../../errors.ts";

/** A private key ready to use, or why this file gives none. */
export type LoadedKey = { readonly key: ParsedKey } | { readonly skipped: string };

/** The keys that OpenSSH's programs try by themselves, as far as they exist. */
export function defaultKeyFiles(): string[] {
  const names = ["id_ed25519", "id_ecdsa", "id_rsa"];
  return names.map((name) => join(homedir(), ".ssh", name)).filter((path) => existsSync(path));
}

/**
 * Loads a private key (OpenSSH, PEM or PuTTY format); `passphrase` is asked only for an encrypted one. Throws `SECRET_MISSING` when the
 * file cannot be read at all.
 */
export async function loadKey(path: string, passphrase: () => Promise<string | undefined>): Promise<LoadedKey> {
  const data = await readFile(path).catch((cause: unknown) => {
    throw new ResyncError("SECRET_MISSING", {
      message: `The private key ${path} cannot be read.`,
      hint: "Check the path and its rights: it must be readable by the account that runs resync, and by nobody else.",
      cause,
    });
  });
  const encrypted = isEncrypted(data.toString("latin1"));
  const secret = encrypted ? await passphrase() : undefined;
  if (encrypted && secret === undefined) return { skipped: "is encrypted, and no passphrase was given" };
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(data, secret);
  if (parsed instanceof Error) {
    return { skipped: encrypted ? "cannot be decrypted: wrong passphrase?" : "is no private key that can be read" };
  }
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key?.isPrivateKey() ? { key } : { skipped: "is a public key; name the private one" };
}

/** Whether a passphrase is needed: said in the header of PEM, PuTTY and (inside, the cipher's name) OpenSSH keys. */
function isEncrypted(text: string): boolean {
  if (/ENCRYPTED/u.test(text)) return true;
  if (text.startsWith("PuTTY-User-Key-File")) return !/^Encryption: none/mu.test(text);
  const body = /BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/u.exec(text)?.[1];
  if (body === undefined) return false;
  const inside = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  if (inside.toString("latin1", 0, magic.length) !== magic || inside.length < magic.length + 4) return false;
  const length = inside.readUInt32BE(magic.length);
  return inside.toString("latin1", magic.length + 4, magic.length + 4 + length) !== "none";
}
