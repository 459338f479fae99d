import type { Clock } from "../../../clock.ts";
import type { PostofficeFailure } from "../failures.ts";
import type { PostofficeFiles } from "../files.ts";
import type { Simulation } from "../simulation.ts";

/** What a stand-in gets from the outside, so that tests run it inside their own process. */
export interface ProgramCall {
  readonly argv: readonly string[];
  readonly files: PostofficeFiles;
  readonly simulation: Simulation;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Shows text on the program's screen. */
  screen(text: string): void;
  /** Shows a question and gives the line typed in answer; `undefined` at the end of input. */
  ask(question: string): Promise<string | undefined>;
}

/** True when simulation.json asks for this failure. */
export function fails(call: ProgramCall, failure: PostofficeFailure): boolean {
  return call.simulation.failure === failure;
}

/** Rests before a step, as long as simulation.json says. */
export async function beforeStep(call: ProgramCall): Promise<void> {
  if (call.simulation.stepDelayMs > 0) await call.clock.sleep(call.simulation.stepDelayMs);
}

/** Never settles, and keeps the process alive. `busy` is done again and again meanwhile, every 20 ms. */
export async function hang(busy: () => void = () => undefined): Promise<never> {
  return new Promise<never>(() => setInterval(busy, 20));
}
