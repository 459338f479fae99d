import { setTimeout as sleep } from "node:timers/promises";
import type { ResyncError } from "../../../errors.ts";
import type { DosProgram } from "../import-runner.ts";
import { screenText } from "../screen-text.ts";
import type { Exchange } from "./exchange.ts";
import { startsTooSlowly, waitsForKey } from "./outcome.ts";

const LOOK_EVERY_MS = 100;

export interface WatchOptions {
  readonly program: DosProgram;
  readonly startTimeoutMs: number;
  readonly decode: (bytes: Uint8Array) => string;
  readonly onScreen: (text: string) => void;
  /** Called when the program will never end by itself, or never begin. */
  readonly onHopeless: (reason: ResyncError) => void;
}

/** Follows a run through its exchange folder until `over` aborts, then looks a last time. Returns what came through stdout and stderr. */
export async function watchRun(exchange: Exchange, options: WatchOptions, over: AbortSignal): Promise<string> {
  const startBy = performance.now() + options.startTimeoutMs;
  const screen = screenText();
  for (let offset = 0, last = false; !last;) {
    last = over.aborted;
    const bytes = await exchange.output(offset);
    offset += bytes.length;
    if (bytes.length > 0) {
      const text = options.decode(bytes);
      screen.add(text);
      options.onScreen(text);
    }
    if (await exchange.waitsForKey()) options.onHopeless(waitsForKey(options.program));
    else if (performance.now() > startBy && !(await exchange.started())) {
      options.onHopeless(startsTooSlowly(options.program, options.startTimeoutMs));
    }
    if (!last) await sleep(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
  }
  return screen.text();
}
