import { readFile } from "node:fs/promises";
import { execa } from "execa";

/** A system call as strace(1) saw it, that did not fail. */
export interface SystemCall {
  readonly name: string;
  /** As strace shows them: descriptors with their paths, `18</tmp/a>`; texts in quotes. */
  readonly args: string;
  readonly result: string;
  /** Places in the trace: of two calls, the one that ended before the other began was first. */
  readonly began: number;
  readonly ended: number;
}

/** Those that make, write, name, remove and flush files, and start programs. */
const CALLS =
  "open,openat,creat,write,pwrite64,writev,pwritev,truncate,ftruncate,fallocate,copy_file_range,sendfile,ioctl," +
  "rename,renameat,renameat2,link,linkat,unlink,unlinkat,fsync,fdatasync,syncfs,execve";

/** Runs a program, and everything that it starts, under strace to its end; returns what it did to files. Fails when the program does. */
export async function traceFiles(command: readonly string[], log: string, env: Record<string, string> = {}) {
  const strace = ["-f", "-qq", "-y", "-s", "100", "--seccomp-bpf", "-o", log, "-e", `trace=${CALLS}`];
  // io_uring would write past the system calls.
  await execa("strace", [...strace, ...command], { env: { ...env, UV_USE_IO_URING: "0" }, stdin: "ignore" });
  return parseTrace(await readFile(log, "utf8"));
}

/** The calls of a log of `strace -f -o` in the order in which they ended; those that failed or never ended are left out. */
export function parseTrace(log: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const begun = new Map<string, { text: string; began: number }>();
  for (const [at, line] of log.split("\n").entries()) {
    const [, thread = "", shown = ""] = /^(\d+) +(.*)$/u.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/u.exec(shown);
    if (unfinished) {
      begun.set(thread, { text: unfinished[1] ?? "", began: at });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/u.exec(shown);
    const first = resumed ? begun.get(thread) : undefined;
    const text = resumed ? `${first?.text ?? ""}${resumed[1] ?? ""}` : shown;
    const [, name, args = "", result = ""] = /^(\w+)\((.*)\) += (.*)$/u.exec(text) ?? [];
    if (name === undefined || result.startsWith("-1 ")) continue;
    calls.push({ name, args, result, began: first?.began ?? at, ended: at });
  }
  return calls;
}
