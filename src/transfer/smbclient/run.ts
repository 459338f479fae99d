import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { abortError, EXIT, ResyncError, throwIfAborted } from "../../errors.ts";
import { abortable, onAbort } from "../../abort.ts";
import { statusCodes } from "./status-codes.ts";

/** Options of one call of a Samba program. */
export interface SambaCall {
  signal?: AbortSignal | undefined;
  /** Fed to the program's standard input as fast as it takes it; no input otherwise. What it throws, the call throws. */
  input?: AsyncIterable<Uint8Array> | undefined;
}

/** How and for how long a program is run. */
export interface SambaRun extends SambaCall {
  /** Milliseconds without a byte in or out after which the program is killed. */
  readonly idleMs: number;
  readonly env: Readonly<Record<string, string>>;
  /** Gives standard error too, as it comes among the output: some programs print there what was asked for. */
  readonly both?: boolean;
}

/** What a Samba program printed, UTF-8, and how it ended. The exit code alone proves nothing. */
export interface SambaOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** All status codes in the output, in order; none when all went well. */
  readonly codes: readonly string[];
  readonly exitCode: number | undefined;
}

/** Runs a program to its end; throws as `streamSamba` does. */
export async function runSamba(program: string, args: readonly string[], run: SambaRun): Promise<SambaOutput> {
  const chunks: Uint8Array[] = [];
  const stream = streamSamba(program, args, run);
  for (;;) {
    const next = await stream.next();
    if (!next.done) {
      chunks.push(next.value);
      continue;
    }
    const stdout = Buffer.concat(chunks).toString("utf8");
    return { ...next.value, stdout, codes: [...statusCodes(stdout), ...next.value.codes] };
  }
}

/**
 * Runs a program of Samba's, in English and UTC, with nothing of our environment but the search path; gives standard output as it
 * comes and returns the rest (`stdout` is empty then, and `stderr` and `codes` too with `both`). Leaving the loop early ends the program.
 * Throws `PROGRAM_MISSING` when it cannot be started, `STALLED` when it made no progress and was killed, `abortError` when the signal ended it.
 */
export async function* streamSamba(
  program: string,
  args: readonly string[],
  run: SambaRun,
): AsyncGenerator<Uint8Array, SambaOutput> {
  throwIfAborted(run.signal);
  const end = endings(program, run);
  let child;
  try {
    child = execa(program, args, {
      stdin: run.input ? "pipe" : "ignore",
      encoding: "buffer",
      all: run.both === true,
      buffer: { stdout: false, stderr: run.both !== true, all: false },
      extendEnv: false,
      env: { ...inherited(), LC_ALL: "C", TZ: "UTC", ...run.env },
      cancelSignal: end.signal,
      forceKillAfterDelay: 1000,
      reject: false,
    });
    if (run.input && child.stdin) feed(child.stdin, end.watched(run.input));
    for await (const chunk of child.all ?? child.stdout) {
      end.pause();
      yield chunk as Buffer;
      end.alive();
    }
    const ended = await child;
    end.check();
    if (ended.code === "ENOENT" || ended.code === "EACCES") throw missing(program, ended.cause);
    const stderr = run.both === true ? "" : Buffer.from(ended.stderr).toString("utf8");
    return { stdout: "", stderr, codes: statusCodes(stderr), exitCode: ended.exitCode };
  } catch (error) {
    end.check();
    throw error;
  } finally {
    end.now();
    await child;
  }
}

/** Passes `input` on. A program that has ended takes no more: its own words tell why. */
function feed(stdin: Writable, input: AsyncIterable<Uint8Array>): void {
  pipeline(Readable.from(input, { objectMode: false }), stdin).catch(() => undefined);
}

/** The ways a call is cut short, as one signal: the caller's signal, silence, an input that fails, a caller who has had enough. */
function endings(program: string, { signal, idleMs }: SambaRun) {
  const stop = new AbortController();
  const newTimer = () => setTimeout(() => stop.abort(stalled(program, idleMs)), idleMs);
  let timer: NodeJS.Timeout | undefined = newTimer();
  const forget = signal && onAbort(signal, () => stop.abort(abortError(signal)));
  const pause = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const alive = () => {
    pause();
    timer = newTimer();
  };
  return {
    signal: stop.signal,
    pause,
    alive,
    async *watched(input: AsyncIterable<Uint8Array>) {
      try {
        for await (const chunk of abortable(input, stop.signal)) {
          alive();
          yield chunk;
        }
      } catch (error) {
        stop.abort(error);
      }
    },
    /** Throws what cut the call short. */
    check() {
      if (stop.signal.aborted) throw stop.signal.reason;
    },
    now() {
      pause();
      forget?.();
      stop.abort();
    },
  };
}

/** The environment that finding and loading the programs needs, and no `USER` or `PASSWD`, which Samba would believe. */
function inherited(): Record<string, string | undefined> {
  const { PATH, LD_LIBRARY_PATH, DYLD_LIBRARY_PATH, TMPDIR } = process.env;
  return { PATH, LD_LIBRARY_PATH, DYLD_LIBRARY_PATH, TMPDIR };
}

function missing(program: string, cause: unknown): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message: `Samba's program "${program}" cannot be started on this machine.`,
    hint: "Install Samba's client programs. Debian and Ubuntu: samba-common-bin and smbclient; Fedora: samba-common-tools and samba-client; macOS: brew install samba.",
    facts: { program },
    cause,
  });
}

function stalled(program: string, idleMs: number): ResyncError {
  return new ResyncError("STALLED", {
    message: `Samba's "${program}" heard nothing from the other machine for ${idleMs / 1000} s and was ended.`,
    hint: "The machine answers but is silent, or a firewall swallows what it says. Try again; raise the time limit on a slow line.",
    facts: { program, idleMs },
    exitCode: EXIT.connection,
    retryable: true,
  });
}
