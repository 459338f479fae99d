import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { hasCode, ResyncError, throwIfAborted } from "../../errors.ts";
import { refuseSameOrElsewhere } from "../places/checks.ts";
import { serialQueue } from "../places/queue.ts";
import { placePath, type Place, type PlaceEntry, type PlacePath } from "../place.ts";
import { sambaError } from "./errors.ts";
import { parseListing, parseStreamSize } from "./listing.ts";
import type { SambaCall, SambaOutput } from "./run.ts";
import type { SambaSession } from "./session.ts";

/** Which folder of the session's machine the place is. */
export interface SmbclientFolder {
  readonly share: string;
  /** Below the share, `\` or `/` between parts; empty for the share itself. */
  readonly path: string;
  /** For people: `smb1://user@host/share/path`. */
  readonly label: string;
}

/**
 * A folder on a share, through Samba's smbclient: one program run an act, so it is slow, but it speaks SMB1. Every act looks afterwards
 * whether it worked, because the program ends with 0 after some failures. `close` closes the session too, unless `keepSession`.
 */
export function smbclientPlace(
  session: SambaSession,
  folder: SmbclientFolder,
  { keepSession = false }: { keepSession?: boolean } = {},
): Place {
  const root = folder.path.split(/[\\/]/u).filter((part) => part !== "");
  refuseUnquotable(folder.share, ...root);
  const queue = serialQueue();
  const quoted = (path?: PlacePath, below = "") =>
    `"${[...root, ...(path?.split("/") ?? [])].map((part) => `\\${part}`).join("") || "\\"}${below}"`;
  const run = (command: string, call: SambaCall | undefined) => session.smbclient(folder.share, command, call);
  const shown = (path?: PlacePath) => (path === undefined ? folder.label : `${folder.label}/${path}`);
  const failure = (output: SambaOutput, what: string) => sambaError(session.target, output, what);

  /** What a listing of `pattern` shows; `undefined` when nothing stands there. */
  const entries = async (pattern: string, what: string, call?: SambaCall): Promise<PlaceEntry[] | undefined> => {
    const output = await run(`ls ${pattern}`, call);
    if (succeeded(output)) return parseListing(output.stderr);
    const error = await failure(output, `${what} cannot be listed`);
    if (hasCode(error, "NOT_FOUND", "NOT_A_FOLDER") && !output.codes.includes("NT_STATUS_BAD_NETWORK_NAME"))
      return undefined;
    throw error;
  };

  const find = async (path: PlacePath, call?: SambaCall): Promise<PlaceEntry | undefined> =>
    (await entries(quoted(path), shown(path), call))?.[0];

  const sizeOf = async (path: PlacePath, call?: SambaCall): Promise<number | undefined> =>
    parseStreamSize((await run(`allinfo ${quoted(path)}`, call)).stderr);

  const stat = async (path: PlacePath, call?: SambaCall): Promise<PlaceEntry | undefined> => {
    const entry = await find(path, call);
    return entry?.kind === "file" ? { ...entry, size: (await sizeOf(path, call)) ?? entry.size } : entry;
  };

  const del = async (path: PlacePath): Promise<void> => {
    for (let tries = BUSY_TRIES; ; tries--) {
      const output = await run(`del ${quoted(path)}`, undefined);
      if ((await find(path)) === undefined) return;
      const error = await failure(output, `${shown(path)} cannot be removed`);
      if (tries === 0 || error.code !== "FILE_BUSY") throw error;
      await delay(BUSY_WAIT_MS);
    }
  };

  /** Renames to a free name, or over a file with `-f`. */
  const rename = async (from: PlacePath, to: PlacePath, flag: "" | " -f", call?: SambaCall): Promise<void> => {
    const output = await run(`rename ${quoted(from)} ${quoted(to)}${flag}`, call);
    if (!succeeded(output)) {
      throw await failure(output, `${shown(from)} cannot be renamed to ${to}`);
    }
  };

  const put = async (path: PlacePath, source: AsyncIterable<Uint8Array>, call: PutOptions): Promise<number> => {
    let size = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        yield chunk;
        size += chunk.length;
        call.onProgress?.(size);
      }
    }
    const output = await run(`put - ${quoted(path)}`, { signal: call.signal, input: counted() });
    if (!succeeded(output)) throw await failure(output, `${shown(path)} cannot be written`);
    const found = await sizeOf(path);
    if (found === size) return size;
    throw new ResyncError("VERIFY_FAILED", {
      message: `${shown(path)}: ${size} bytes were sent, the server has ${found ?? "no file"}.`,
      retryable: true,
    });
  };

  return {
    label: folder.label,
    capabilities: { atomicReplace: !session.target.smb1, fsync: false, modes: false, shareModes: true },

    list: (below, options) =>
      queue(async () => {
        const found = await entries(
          quoted(below, below === undefined && root.length === 0 ? "*" : "\\*"),
          shown(below),
          options,
        );
        if (found !== undefined) return found;
        const self = below === undefined ? undefined : await find(below, options);
        if (self?.kind === "folder") return [];
        if (below === undefined && root.length === 0) return [];
        throw new ResyncError(self ? "NOT_A_FOLDER" : "NOT_FOUND", {
          message: `${shown(below)} is ${self ? "no folder" : "not there"}.`,
        });
      }),

    stat: (path, options) => queue(() => stat(path, options)),

    async *read(path, options) {
      let size = 0;
      const stream = session.smbclientStream(folder.share, `get ${quoted(path)} -`, options);
      try {
        for (;;) {
          const next = await stream.next();
          if (next.done) {
            if (succeeded(next.value)) return;
            throw await failure(next.value, `${shown(path)} cannot be read`);
          }
          size += next.value.length;
          options?.onProgress?.(size);
          yield next.value;
          throwIfAborted(options?.signal);
        }
      } finally {
        await stream.return(undefined as never);
      }
    },

    writeNew: (path, source, options) =>
      queue(async () => {
        if (await find(path, options)) throw taken(shown(path));
        // A name of its own first: `put` overwrites, and only a rename without -f refuses a taken name.
        const temporary = besides(path);
        try {
          const size = await put(temporary, source, options ?? {});
          throwIfAborted(options?.signal);
          await rename(temporary, path, "", options);
          return size;
        } catch (error) {
          await del(temporary).catch(() => undefined);
          throw hasCode(error, "ALREADY_EXISTS") ? taken(shown(path)) : error;
        }
      }),

    replace: (from, to, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        refuseSameOrElsewhere(folder.label, from, to);
        try {
          await rename(from, to, " -f", options);
          return { atomic: true };
        } catch (error) {
          if ((await find(to).catch(() => undefined))?.kind === "folder") {
            throw new ResyncError("IS_A_FOLDER", { message: `${shown(to)} is a folder; no file can take its place.` });
          }
          if (!replacingIsUnknown(error)) throw error;
        }
        if ((await find(from)) === undefined)
          throw new ResyncError("NOT_FOUND", { message: `${shown(from)} is not there.` });
        await del(to);
        await rename(from, to, "");
        return { atomic: false };
      }),

    remove: (path, options) =>
      queue(async () => {
        const found = await find(path, options);
        if (found?.kind === "folder") {
          throw new ResyncError("IS_A_FOLDER", { message: `${shown(path)} is a folder and was not removed.` });
        }
        if (found) await del(path);
      }),

    close: () => (keepSession ? Promise.resolve() : session.close()),
  };
}

/** A server keeps the files of a connection that was just cut for a moment; NT itself tries as often before it says so (Q150384). */
const BUSY_TRIES = 5;
const BUSY_WAIT_MS = 200;

interface PutOptions extends SambaCall {
  onProgress?: (bytes: number) => void;
}

/** A temporary name in the same folder, of the kind that a later delivery clears away if it is left behind. */
function besides(path: PlacePath): PlacePath {
  const name = `RS${randomBytes(3).toString("hex").toUpperCase()}.TMG`;
  return placePath([...path.split("/").slice(0, -1), name].join("/"));
}

/**
 * The request behind `rename -f` is a pass-through information level, which came with Windows 2000; over SMB1 Samba takes it only in
 * a share's root (NT_STATUS_NOT_SUPPORTED elsewhere).
 */
function replacingIsUnknown(error: unknown): boolean {
  const codes = error instanceof ResyncError ? error.facts["codes"] : undefined;
  return Array.isArray(codes) && UNKNOWN_REQUEST.some((code) => codes.includes(code));
}

const UNKNOWN_REQUEST = [
  "NT_STATUS_INVALID_LEVEL",
  "NT_STATUS_INVALID_INFO_CLASS",
  "NT_STATUS_INVALID_DEVICE_REQUEST",
  "NT_STATUS_NOT_SUPPORTED",
  "NT_STATUS_NOT_IMPLEMENTED",
  "NT_STATUS_INVALID_PARAMETER",
  "NT_STATUS_OBJECT_NAME_COLLISION",
];

function succeeded({ codes, exitCode }: SambaOutput): boolean {
  return codes.length === 0 && exitCode === 0;
}

function taken(name: string): ResyncError {
  return new ResyncError("ALREADY_EXISTS", { message: `${name} is there already.`, state: "It was not touched." });
}

/** Throws `NAME_INVALID`: smbclient splits its commands at `;` even inside quotes, and has no way to quote a quotation mark. */
export function refuseUnquotable(...names: string[]): void {
  // oxlint-disable-next-line no-control-regex
  const bad = names.find((name) => name === ".." || /[;"*?<>|/\u0000-\u001f\u007f]/u.test(name));
  if (bad === undefined) return;
  throw new ResyncError("NAME_INVALID", {
    message: `smbclient cannot be given the name "${bad}".`,
    hint: 'Folder and share names must be without ; " * ? < > | and control characters.',
  });
}
