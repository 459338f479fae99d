import { createHmac, randomBytes } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "../../errno.ts";
import { syncFolder } from "../../sync-folder.ts";
import { fromErrno } from "../places/errno.ts";
import { keyType } from "./fingerprint.ts";
import { keysOf, knownHostsName, parseKnownHosts } from "./known-hosts.ts";

export interface NewKnownHost {
  readonly host: string;
  readonly port: number;
  readonly blob: Buffer;
  readonly hashed: boolean;
  /** Take out the other keys listed for exactly this host and port. */
  readonly replace: boolean;
}

/**
 * Adds a key to a known_hosts file: the whole new file is written beside the old one, flushed, and takes its place, so that a cut-off
 * write never costs the keys that stand there. All other lines stay byte for byte. Makes the file and its folder where they are missing,
 * for the owner only. Returns the number of lines taken out. Throws `ACCESS_DENIED`, `DISK_FULL`, `IO`.
 */
export async function rewriteKnownHosts(file: string, added: NewKnownHost): Promise<number> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const target = await realpath(file).catch(() => file);
    const old = await readFile(target, "latin1").catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return "";
      throw error;
    });
    const { kept, removed } = added.replace ? without(old, file, added) : { kept: old, removed: 0 };
    const separator = kept === "" || kept.endsWith("\n") ? "" : "\n";
    await writeWhole(target, `${kept}${separator}${lineFor(added)}\n`);
    return removed;
  } catch (error) {
    throw fromErrno(error, file);
  }
}

function lineFor({ host, port, blob, hashed }: NewKnownHost): string {
  const name = knownHostsName(host, port);
  return `${hashed ? hashName(name) : name} ${keyType(blob) ?? ""} ${blob.toString("base64")}`;
}

function hashName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

/** Lines with several hosts lose all of them: the key is wrong for one, and what it is for the others nobody can tell. */
function without(text: string, file: string, { host, port }: NewKnownHost): { kept: string; removed: number } {
  const gone = new Set(
    keysOf(
      parseKnownHosts(text, file, () => undefined),
      host,
      port,
    ).map((key) => key.line),
  );
  const lines = text.split(/(?<=\n)/u);
  return { kept: lines.filter((_, index) => !gone.has(index + 1)).join(""), removed: gone.size };
}

async function writeWhole(target: string, content: string): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(content, "latin1");
    await handle.sync();
    await handle.close();
    await rename(temporary, target);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(target));
}
