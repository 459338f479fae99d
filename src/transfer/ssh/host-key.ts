import { ResyncError } from "../../errors.ts";
import { keyFingerprint, keyType, showKey, type KeyBlob } from "./fingerprint.ts";
import { judgeHostKey, keysOf, type KnownKey } from "./known-hosts.ts";

/** The signature algorithms that a key of a type can be asked for with (RFC 8332 for RSA). */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/** The host key algorithms to ask for first: those of the keys we hold, so that the server shows a key that can be known. */
export function preferredAlgorithms(keys: readonly KnownKey[], host: string, port: number): string[] {
  const types = keysOf(keys, host, port).map((key) => keyType(key.blob) ?? "");
  return [...new Set(types.flatMap((type) => SIGNATURES[type] ?? [type]))];
}

/** `undefined` when the shown key is known; else the failure that says what is wrong with it and what to do. */
export function refuseHostKey(
  keys: readonly KnownKey[],
  host: string,
  port: number,
  shown: KeyBlob,
): ResyncError | undefined {
  const judged = judgeHostKey(keys, host, port, shown);
  const server = `${host}${port === 22 ? "" : `:${port}`}`;
  const state = "Nothing was sent to this server, no user name and no password. Nothing was changed.";
  const facts = { host, port, offered: keyFingerprint(shown), keyType: keyType(shown) ?? null };
  switch (judged.verdict) {
    case "known":
      return undefined;
    case "unknown":
      return new ResyncError("HOST_KEY_UNKNOWN", {
        message: `The SSH server ${server} is not known yet. It shows the key ${showKey(shown)}.`,
        state,
        hint: `Ask its administrator for the fingerprint (on the server: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). If it is the same, run: resync trust ${server}`,
        facts,
      });
    case "changed":
      return new ResyncError("HOST_KEY_CHANGED", {
        message: `The SSH server ${server} shows another key than the known one: ${showKey(shown)}. Known: ${judged.known.map(showKnown).join("; ")}.`,
        state,
        hint: `Either the server was set up anew, or somebody stands in between. Ask its administrator for the fingerprint. Only if it is the same, run: resync trust ${server} --replace`,
        facts: { ...facts, known: judged.known.map((key) => keyFingerprint(key.blob)) },
      });
    case "revoked":
      return new ResyncError("HOST_KEY_REVOKED", {
        message: `The SSH server ${server} shows a key that is marked as revoked: ${showKnown(judged.by)}.`,
        state,
        hint: "Somebody who holds this key may pose as the server. Ask its administrator; never take the mark away to get through.",
        facts,
      });
  }
}

function showKnown(key: KnownKey): string {
  return `${showKey(key.blob)} (${key.file}, line ${key.line})`;
}
