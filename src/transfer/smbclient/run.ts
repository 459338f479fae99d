import { Readable } from "node:stream";
import { execa } from "execa";
import { abortError, asResyncError, EXIT, ResyncError, throwIfAborted } from "../../errors.ts";
import { statusCodes } from "./status-codes.ts";

/** Options of one call of a Samba program. */
export interface SambaCall {
  signal?: AbortSignal | undefined;
  /** Milliseconds without a byte in or out after which the program is killed. */
  idleMs?: number | undefined;
  /** Fed to the program's standard input as fast as it takes it; no input otherwise. What it throws, the call throws. */
  input?: AsyncIterable<Uint8Array> | undefined;
  /** Takes standard output as it comes; `stdout` is empty then. The program waits until each piece has been taken. */
  onOutput?: ((chunk: Uint8Array) => Promise<void>) | undefined;
}

/** What a Samba program printed, UTF-8, and how it ended. The exit code alone proves nothing. */
export interface SambaOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** All status codes in the output, in order; none when all went well. */
  readonly codes: readonly string[];
  readonly exitCode: number | undefined;
}

/**
 * Runs a program of Samba's to its end, in English and UTC, with nothing of our environment but the search path.
 * Throws `PROGRAM_MISSING` when it cannot be started, `STALLED` when it made no progress and was killed, `abortError` when the signal ended it.
 */
export async function runSamba(
  program: string,
  args: readonly string[],
  call: SambaCall & { idleMs: number; env: Record<string, string> },
): Promise<SambaOutput> {
  throwIfAborted(call.signal);
  const end = endings(program, call);
  try {
    const child = execa(program, args, {
      stdin: call.input ? Readable.from(end.watched(call.input), { objectMode: false }) : "ignore",
      encoding: "buffer",
      buffer: { stdout: call.onOutput === undefined },
      extendEnv: false,
      env: { ...inherited(), LC_ALL: "C", TZ: "UTC", ...call.env },
      cancelSignal: end.signal,
      forceKillAfterDelay: 1000,
      reject: false,
    });
    child.stdout.on("data", end.alive);
    child.stderr.on("data", end.alive);
    if (call.onOutput) {
      for await (const chunk of child.iterable({ binary: true, preserveNewlines: true })) await call.onOutput(chunk);
    }
    const ended = await child;
    throwIfAborted(end.signal);
    if (ended.exitCode === undefined && ended.signal === undefined) throw missing(program, ended.cause);
    const stdout = Buffer.from(ended.stdout ?? []).toString("utf8");
    const stderr = Buffer.from(ended.stderr).toString("utf8");
    return { stdout, stderr, codes: statusCodes(`${stdout}\n${stderr}`), exitCode: ended.exitCode };
  } catch (error) {
    throwIfAborted(end.signal);
    throw error;
  } finally {
    end.dispose();
  }
}

/** The ways a call is cut short, as one signal: the caller's signal, silence, an input that fails. */
function endings(program: string, call: SambaCall & { idleMs: number }) {
  const stop = new AbortController();
  const onAbort = () => stop.abort(call.signal && abortError(call.signal));
  const onSilence = () => stop.abort(stalled(program, call.idleMs));
  const timer = setTimeout(onSilence, call.idleMs);
  const alive = () => void timer.refresh();
  call.signal?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: stop.signal,
    alive,
    async *watched(input: AsyncIterable<Uint8Array>) {
      try {
        for await (const chunk of input) {
          alive();
          yield chunk;
        }
      } catch (error) {
        stop.abort(asResyncError(error));
        throw error;
      }
    },
    dispose() {
      clearTimeout(timer);
      call.signal?.removeEventListener("abort", onAbort);
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
    hint: "Install Samba's client programs (Debian and Ubuntu: samba-common-bin and smbclient; Fedora: samba-common-tools and samba-client; macOS: brew install samba).",
    facts: { program },
    cause,
  });
}

function stalled(program: string, idleMs: number): ResyncError {
  return new ResyncError("STALLED", {
    message: `"${program}" heard nothing from the other machine for ${idleMs / 1000} s and was ended.`,
    hint: "The machine answers but is silent, or a firewall swallows what it says. Try again; raise the time limit for a slow line.",
    facts: { program, idleMs },
    exitCode: EXIT.connection,
    retryable: true,
  });
}
