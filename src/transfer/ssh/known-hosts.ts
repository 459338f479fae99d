import { createHmac, timingSafeEqual } from "node:crypto";
import { keyType, type KeyBlob } from "./fingerprint.ts";

/** One key of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownKey {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly revoked: boolean;
  /** The host field: patterns with commas between, or one hashed name. */
  readonly hosts: string;
  readonly blob: KeyBlob;
}

/** What known_hosts says about the key a host has shown. */
export type HostKeyVerdict =
  | { readonly verdict: "known"; readonly by: KnownKey }
  | { readonly verdict: "unknown" }
  | { readonly verdict: "changed"; readonly known: readonly KnownKey[] }
  | { readonly verdict: "revoked"; readonly by: KnownKey };

/**
 * The keys in the text of a known_hosts file. Comments are passed over; `@cert-authority` lines, other marks and damaged lines too, but
 * `skipped` is told.
 */
export function parseKnownHosts(text: string, file: string, skipped: (why: string) => void): KnownKey[] {
  return text.split(/\r?\n/u).flatMap((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return [];
    const [mark, fields] = line.startsWith("@") ? splitOnce(line) : [undefined, line];
    const [hosts, key] = splitOnce(fields);
    const [type, rest] = splitOnce(key);
    const blob = Buffer.from(rest.split(/\s/u, 1)[0] ?? "", "base64");
    const where = `${file}, line ${index + 1}`;
    if (mark !== undefined && mark !== "@revoked") skipped(`${where}: ${mark} is not supported`);
    else if (keyType(blob) !== type) skipped(`${where}: damaged`);
    else return [{ file, line: index + 1, revoked: mark === "@revoked", hosts, blob }];
    return [];
  });
}

/**
 * Judges the key that `host` showed on `port`. A host on another port than 22 is looked up as `[host]:port`; where that is not listed,
 * a key listed for the host alone will do, as with OpenSSH. A revoked key is revoked on every port.
 */
export function judgeHostKey(keys: readonly KnownKey[], host: string, port: number, shown: KeyBlob): HostKeyVerdict {
  const names = lookupNames(host, port);
  const same = keys.filter((key) => key.blob.equals(shown));
  const revoked = same.find((key) => key.revoked && names.some((name) => matchesHosts(key.hosts, name)));
  if (revoked) return { verdict: "revoked", by: revoked };
  const valid = same.find((key) => !key.revoked && names.some((name) => matchesHosts(key.hosts, name)));
  const known = keysOf(keys, host, port);
  if (valid && (known.length === 0 || known.includes(valid))) return { verdict: "known", by: valid };
  return known.length > 0 ? { verdict: "changed", known } : { verdict: "unknown" };
}

/** The valid keys listed for exactly this host and port. */
export function keysOf(keys: readonly KnownKey[], host: string, port: number): KnownKey[] {
  return keys.filter((key) => !key.revoked && matchesHosts(key.hosts, knownHostsName(host, port)));
}

/** How known_hosts writes a host: `host`, or `[host]:port` where the port is not 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** True when the host field of a line speaks of `name`: wildcards, `!` for exceptions, or a hashed name. */
export function matchesHosts(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  const matches = (pattern: string): boolean => wildcard(pattern).test(name);
  if (patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern));
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both base64. */
function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function lookupNames(host: string, port: number): string[] {
  return [...new Set([knownHostsName(host, port), knownHostsName(host, 22)])];
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/gu, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "u");
}

function splitOnce(text: string): [string, string] {
  const [, first = "", rest = ""] = /^(\S*)\s*(.*)$/su.exec(text) ?? [];
  return [first, rest];
}
