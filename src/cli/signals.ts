import { ResyncError } from "../errors.ts";

/**
 * Turns Ctrl-C (SIGINT), Windows's Ctrl-Break (SIGBREAK), SIGTERM and a closed terminal (SIGHUP) into an abort, so that a run can undo and end by itself. Further
 * signals only call `onAgain`: a half-done undo is worse than a slow one; `kill -9` remains, and `resync recover` after it.
 */
export function abortOnSignals(onAgain: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const listen = (name: NodeJS.Signals) => () => {
    if (controller.signal.aborted) onAgain();
    else controller.abort(interruption(name));
  };
  const listeners = (["SIGINT", "SIGBREAK", "SIGTERM", "SIGHUP"] as const).map((name) => ({
    name,
    listener: listen(name),
  }));
  for (const { name, listener } of listeners) process.on(name, listener);
  return {
    signal: controller.signal,
    release: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}

function interruption(name: NodeJS.Signals): ResyncError {
  if (name === "SIGINT") return new ResyncError("INTERRUPTED", { message: "Interrupted with Ctrl-C." });
  if (name === "SIGBREAK") return new ResyncError("INTERRUPTED", { message: "Interrupted with Ctrl-Break." });
  return new ResyncError("TERMINATED", { message: `Ended from outside (${name}).` });
}
