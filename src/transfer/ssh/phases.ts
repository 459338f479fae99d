import type { Login } from "./auth.ts";
import { asResyncError, ResyncError, type ErrorDetails } from "../../errors.ts";

/** The parts of getting connected, in order. */
export type Phase = "handshake" | "login" | "sftp";

/** Keeps the time of each part, and finds out what a failure means: the library's errors lose their kind on the way. */
export interface Phases {
  /** Starts the next part and its time limit. `failure` says what a refused login is. */
  enter(phase: Phase, failure?: Login["failure"]): void;
  /** Runs `asking` without counting its time: a person is looking for a password. */
  pause<T>(asking: Promise<T>): Promise<T>;
  /** Hears the raw error of ssh2; the first one counts. */
  heard(error: unknown): void;
  /** Ends it all with this reason, and the socket with it. */
  fail(error: unknown): void;
  /** `connecting`, with every failure of it mapped. */
  guard<T>(connecting: Promise<T>): Promise<T>;
  end(): void;
}

/** `giveUp` must destroy the socket. */
export function phases(server: string, ms: number, giveUp: () => void): Phases {
  let current: Phase = "handshake";
  let loginFailure: Login["failure"] | undefined;
  let reason: unknown;
  let raw: unknown;
  let timer: NodeJS.Timeout | undefined;
  let reject: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, no) => {
    reject = no;
  });
  failed.catch(() => undefined);

  const fail = (error: unknown): void => {
    reason ??= error;
    clearTimeout(timer);
    reject(reason);
    giveUp();
  };
  const startTimer = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(timeoutError(server, current, ms)), ms);
  };

  return {
    enter: (phase, failure) => {
      current = phase;
      loginFailure = failure ?? loginFailure;
      startTimer();
    },
    pause: async (asking) => {
      clearTimeout(timer);
      return asking.finally(() => {
        if (reason === undefined) startTimer();
      });
    },
    heard: (error) => {
      raw ??= error;
    },
    fail,
    guard: async (connecting) => {
      try {
        return await Promise.race([connecting, failed]);
      } catch (error) {
        throw asResyncError(reason ?? explain(server, current, raw ?? error, loginFailure));
      }
    },
    end: () => clearTimeout(timer),
  };
}

/** What a failure in a phase means. ssh2 gives its own errors a `level`, a disconnect by the server a number as `code`. */
function explain(
  server: string,
  phase: Phase,
  cause: unknown,
  loginFailure: Login["failure"] | undefined,
): ResyncError {
  const { level, code, message } = cause as { level?: string; code?: unknown; message?: string };
  if (phase === "handshake") {
    if (level === "handshake") return noCommonAlgorithm(server, message ?? "", cause);
    return lost(
      server,
      "before the login",
      "It may be no SSH server, let nobody in from here, or have too many logins at once (MaxStartups).",
      cause,
    );
  }
  if (phase === "login") {
    // A number is the reason of SSH's disconnect message: too many tries, account locked, and the like.
    const hungUp = typeof code === "number";
    const refused = level === "client-authentication" || level === "agent" || hungUp;
    if (refused && loginFailure) return loginFailure(cause, hungUp ? message : undefined);
    return lost(server, "during the login", "Look into the server's log.", cause);
  }
  if (level === "client-socket" || level === "client-timeout")
    return lost(server, "after the login", "Look at the line and the server.", cause);
  return new ResyncError("PROTOCOL", {
    message: `The SSH login at ${server} worked, but the server does not offer SFTP to this account (${message ?? "no reason given"}).`,
    state: "Nothing was changed.",
    hint: 'On the server, sshd_config needs "Subsystem sftp internal-sftp", and the account must be allowed to use it. An expired password looks the same.',
    cause,
  });
}

function noCommonAlgorithm(server: string, message: string, cause: unknown): ResyncError {
  return new ResyncError("PROTOCOL", {
    message: `${server} and resync did not agree on how to encrypt: ${message.replace(/^Handshake failed: /u, "")}.`,
    state: "Nothing was changed.",
    hint: "If this is an old server in a network you trust, allow the old algorithms for it with --legacy-algorithms.",
    cause,
  });
}

function lost(server: string, when: string, hint: string, cause: unknown): ResyncError {
  const details: ErrorDetails = {
    message: `${server} ended the connection ${when}.`,
    state: "Nothing was changed.",
    hint,
    retryable: true,
    cause,
  };
  return new ResyncError("CONNECT_FAILED", details);
}

function timeoutError(server: string, phase: Phase, ms: number): ResyncError {
  const waited = `for ${ms / 1000} s`;
  const said = {
    handshake: `accepts connections, but says nothing ${waited}`,
    login: `does not answer the login ${waited}`,
    sftp: `let the login in, but SFTP does not start ${waited}`,
  }[phase];
  return new ResyncError("CONNECT_TIMEOUT", {
    message: `${server} ${said}.`,
    state: "Nothing was changed.",
    hint: "Is it an SSH server, and is it overloaded? Look into its log.",
    retryable: true,
  });
}
