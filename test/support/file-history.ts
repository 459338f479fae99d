import { dirname } from "node:path";
import type { SystemCall } from "./strace.ts";

/** What lasted from one place of a trace to another. */
export interface Span {
  readonly began: number;
  readonly ended: number;
}

/** A file made, filled, cut off or removed. */
export interface FileAct extends Span {
  readonly path: string;
  readonly args: string;
}

/** A file that got a name that it had not before. */
export interface Naming extends Span {
  readonly from: string;
  readonly to: string;
}

/** What a program and all that it started did to files, in the order in which the system saw it. */
export interface FileHistory {
  readonly writes: readonly FileAct[];
  readonly namings: readonly Naming[];
  readonly removals: readonly FileAct[];
  /** Programs that were started. */
  readonly starts: readonly Span[];
}

/** A history, and which of it was forced to the disk when. */
export interface DiskHistory extends FileHistory {
  /** True when what `path` holds, be it a file or a folder's names, was forced to the disk after `since` and before `until`. */
  flushed(path: string, since: number, until: number): boolean;
}

/** Reads the calls of a trace. */
export function diskHistory(calls: readonly SystemCall[]): DiskHistory {
  const called = (...names: string[]) => calls.filter(({ name }) => names.includes(name));
  const flushes = called("fsync", "fdatasync").map((call) => ({ ...call, path: descriptorPath(call.args) }));
  const wholeFlushes = called("syncfs").map((call) => ({ ...call, folder: descriptorPath(call.args) }));
  return {
    writes: calls.flatMap((call) => {
      const path = writtenPath(call);
      return path === undefined ? [] : [{ ...call, path }];
    }),
    namings: called("rename", "renameat", "renameat2", "link", "linkat").map((call) => {
      const [from = "", to = ""] = texts(call.args);
      return { ...call, from, to };
    }),
    removals: called("unlink", "unlinkat").map((call) => ({ ...call, path: texts(call.args)[0] ?? "" })),
    starts: called("execve"),
    flushed: (path, since, until) =>
      [
        ...flushes.filter((flush) => flush.path === path),
        // Of a whole file system, of which `folder` and all below it is a part.
        ...wholeFlushes.filter(({ folder }) => folder !== undefined && `${path}/`.startsWith(`${folder}/`)),
      ].some(({ began, ended }) => began > since && ended < until),
  };
}

/** The last time that a file got this name. Throws when it never did. */
export function namingOf({ namings }: FileHistory, path: string): Naming {
  const naming = namings.findLast(({ to }) => to === path);
  if (!naming) throw new Error(`nothing was named ${path}`);
  return naming;
}

/** What is wrong with files that got names: each has to be on the disk before, and its name after, until then. In words. */
export function namingFaults(history: DiskHistory, namings: readonly Naming[], until: number): string[] {
  return namings.flatMap(({ from, to, began, ended }) => {
    const last = history.writes.findLast((write) => write.path === from && write.began < began);
    if (last === undefined) return [`${from} was never written`];
    const before = history.flushed(from, last.ended, began) ? [] : [`${from} was not on the disk when it became ${to}`];
    const after = history.flushed(dirname(to), ended, until) ? [] : [`the name ${to} was not forced to the disk`];
    return [...before, ...after];
  });
}

/** Those of `written`, and of the folders they stand in up to `folder`, that were not on the disk at the moment `until`. */
export function notOnTheDisk(
  history: DiskHistory,
  written: readonly FileAct[],
  folder: string,
  until: number,
): string[] {
  const latest = new Map(written.map(({ path, ended }) => [path, ended]));
  for (const { path, ended } of written.filter(({ args }) => args.includes("O_CREAT"))) {
    for (let name = dirname(path); name.startsWith(folder); name = dirname(name)) latest.set(name, ended);
  }
  return [...latest].flatMap(([path, ended]) => (history.flushed(path, ended, until) ? [] : [path]));
}

/** The lines of a journal that were not on the disk before anything else was done. */
export function lateLines(history: DiskHistory, journal: string): string[] {
  const { writes, namings, removals, starts } = history;
  const acts = [...writes, ...namings, ...removals, ...starts].map(({ began }) => began);
  const lines = writes.filter(({ path, args }) => path === journal && args.includes('"{'));
  const next = ({ ended }: Span) => Math.min(...acts.filter((began) => began > ended));
  return lines.filter((line) => !history.flushed(journal, line.ended, next(line))).map(({ args }) => args);
}

/** The file that a call made, filled or cut off. */
function writtenPath({ name, args, result }: SystemCall): string | undefined {
  if (name === "open" || name === "openat" || name === "creat")
    return name === "creat" || /O_CREAT|O_TRUNC/u.test(args) ? descriptorPath(result) : undefined;
  if (["write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "sendfile"].includes(name))
    return descriptorPath(args);
  if (name === "truncate") return texts(args)[0];
  if (name === "copy_file_range") return descriptorPath(args.split(", ")[2] ?? "");
  return name === "ioctl" && args.includes("FICLONE") ? descriptorPath(args) : undefined;
}

/** The absolute path of the descriptor that a text begins with; `undefined` for pipes, sockets and the like. */
function descriptorPath(text: string): string | undefined {
  return /^\d+<(\/[^>]*)>/u.exec(text)?.[1];
}

function texts(args: string): string[] {
  return [...args.matchAll(/"((?:[^"\\]|\\.)*)"/gu)].map(([, text = ""]) => text);
}
