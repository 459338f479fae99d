import { ResyncError } from "../../errors.ts";
import { silentReporter, type Reporter } from "../../report/reporter.ts";
import { offer } from "./algorithms.ts";
import { fetchHostKey } from "./fetch-host-key.ts";
import { keyFingerprint, keyType } from "./fingerprint.ts";
import { preferredAlgorithms } from "./host-key.ts";
import { rewriteKnownHosts } from "./known-hosts-write.ts";
import { judgeHostKey, type KnownKey } from "./known-hosts.ts";
import { defaultKnownHostsFiles, ownKnownHostsFile, readKnownHosts } from "./known-hosts-files.ts";
import { parseHostSpec } from "./host-spec.ts";

/** What a person is asked to compare. */
export interface ShownHostKey {
  readonly host: string;
  readonly port: number;
  /** `ssh-ed25519` and the like. */
  readonly keyType: string;
  /** `SHA256:…`, as ssh-keygen -l and ssh show it. */
  readonly fingerprint: string;
  /** Keys known for this host that differ. */
  readonly known: readonly {
    readonly fingerprint: string;
    readonly keyType: string;
    readonly file: string;
    readonly line: number;
  }[];
}

export interface TrustOptions {
  /** Shows the key to a person and returns their word. Nothing is written before. */
  readonly confirm: (shown: ShownHostKey) => Promise<boolean>;
  /** The file to write; `ownKnownHostsFile()` when left out. */
  readonly knownHostsFile?: string;
  /** The files to look into; the one to write is always among them. `defaultKnownHostsFiles()` when left out. */
  readonly knownHostsFiles?: readonly string[];
  /** Take the place of other keys of this host in the file that is written. */
  readonly replace?: boolean;
  /** Write the host's name hashed, so that the file does not tell which hosts are used. */
  readonly hashed?: boolean;
  readonly legacyAlgorithms?: boolean;
  readonly connectMs?: number;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

export interface Trusted {
  readonly outcome: "added" | "replaced" | "known already" | "declined";
  readonly shown: ShownHostKey;
  /** The file that was, or would have been, written. */
  readonly file: string;
  /** Other keys of this host that are still taken as valid, in files that resync does not write. */
  readonly stillTrusted: readonly string[];
}

/**
 * Fetches the host key of `hostSpec` (`host`, `host:port`, `[v6]:port` or an sftp:// address) without logging in, has it confirmed, and
 * adds it to known_hosts. Throws `HOST_KEY_CHANGED` when another key is known and `replace` is not given, `HOST_KEY_REVOKED` always for a
 * revoked one, `CONNECT_…`, `PROTOCOL`, `IO`.
 */
export async function trustHost(hostSpec: string, options: TrustOptions): Promise<Trusted> {
  const { host, port } = parseHostSpec(hostSpec);
  const file = options.knownHostsFile ?? ownKnownHostsFile();
  const files = [...new Set([file, ...(options.knownHostsFiles ?? defaultKnownHostsFiles())])];
  const keys = await readKnownHosts(files, options.reporter ?? silentReporter);
  const algorithms = offer(preferredAlgorithms(keys, host, port), options.legacyAlgorithms ?? false);
  const blob = await fetchHostKey({ host, port }, algorithms, options.connectMs, options.signal);

  const judged = judgeHostKey(keys, host, port, blob);
  const known = judged.verdict === "changed" ? judged.known : [];
  const shown: ShownHostKey = {
    host,
    port,
    keyType: keyType(blob) ?? "unknown",
    fingerprint: keyFingerprint(blob),
    known: known.map(showKnown),
  };
  const stillTrusted = known.filter((key) => key.file !== file).map((key) => `${key.file}, line ${key.line}`);
  if (judged.verdict === "known") return { outcome: "known already", shown, file: judged.by.file, stillTrusted };
  if (judged.verdict === "revoked") throw revoked(shown, judged.by);
  if (judged.verdict === "changed" && options.replace !== true) throw changed(shown);
  if (!(await options.confirm(shown))) return { outcome: "declined", shown, file, stillTrusted };
  const removed = await rewriteKnownHosts(file, {
    host,
    port,
    blob,
    hashed: options.hashed ?? false,
    replace: options.replace ?? false,
  });
  return { outcome: removed > 0 || known.length > 0 ? "replaced" : "added", shown, file, stillTrusted };
}

function showKnown(key: KnownKey): ShownHostKey["known"][number] {
  return {
    fingerprint: keyFingerprint(key.blob),
    keyType: keyType(key.blob) ?? "unknown",
    file: key.file,
    line: key.line,
  };
}

function changed(shown: ShownHostKey): ResyncError {
  const known = shown.known.map((key) => `${key.keyType} ${key.fingerprint} (${key.file}, line ${key.line})`);
  return new ResyncError("HOST_KEY_CHANGED", {
    message: `${shown.host} shows ${shown.keyType} ${shown.fingerprint}, but another key is known for it: ${known.join("; ")}.`,
    state: "known_hosts was not changed.",
    hint: "Ask the server's administrator whether the key was changed, and for its fingerprint. Only if it is the same, run the command again with --replace.",
    facts: {
      host: shown.host,
      port: shown.port,
      offered: shown.fingerprint,
      known: shown.known.map((key) => key.fingerprint),
    },
  });
}

function revoked(shown: ShownHostKey, by: KnownKey): ResyncError {
  return new ResyncError("HOST_KEY_REVOKED", {
    message: `${shown.host} shows ${shown.keyType} ${shown.fingerprint}, which is marked as revoked (${by.file}, line ${by.line}).`,
    state: "known_hosts was not changed.",
    hint: "Somebody who holds this key may pose as the server. Ask its administrator.",
    facts: { host: shown.host, port: shown.port, offered: shown.fingerprint },
  });
}
