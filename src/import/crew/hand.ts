import { Worker } from "node:worker_threads";
import { COMPILED } from "../../compiled.ts";
import type { Job } from "./job.ts";
import { fromFailure, type Answer, type Order } from "./messages.ts";

/** Something that does jobs. */
export interface Hand {
  /** Throws what the job throws; `undefined` when it is gone, whatever it had done by then. */
  do<C, I, R>(job: Job<C, I, R>, common: C, items: readonly I[]): Promise<R[] | undefined>;
}

/** What a thread runs. */
const WORKER = new URL("import/crew/worker.js", COMPILED);

/** Starts a thread that does jobs one after another. It keeps no process alive that has nothing else to do. Where there can be no threads it is gone from the start. */
export function newHand(program: URL = WORKER): Hand {
  const worker = startThread(program);
  return worker === undefined ? { do: async () => undefined } : handOf(worker);
}

/** `undefined` where the system refuses: Node for Windows, under Wine, fails to open what a thread speaks through. */
function startThread(program: URL): Worker | undefined {
  try {
    return new Worker(program);
  } catch {
    return undefined;
  }
}

function handOf(worker: Worker): Hand {
  /** Whoever waits for an answer, in the order in which they asked. */
  const waiting: ((answer: Answer | undefined) => void)[] = [];
  let gone = false;
  const tell = (answer: Answer | undefined) => {
    waiting.shift()?.(answer);
    if (waiting.length === 0) worker.unref();
  };
  worker.on("message", tell).unref();
  // A thread that cannot go on ends; what it was asked for is then done elsewhere.
  worker.on("error", () => undefined);
  worker.on("exit", () => {
    gone = true;
    while (waiting.length > 0) tell(undefined);
  });
  return {
    async do<C, I, R>(job: Job<C, I, R>, common: C, items: readonly I[]) {
      if (gone) return undefined;
      worker.ref();
      const answer = await new Promise<Answer | undefined>((resolve) => {
        waiting.push(resolve);
        worker.postMessage({ job: job.name, common, items } satisfies Order);
      });
      if (answer === undefined) return undefined;
      if ("failure" in answer) throw fromFailure(answer.failure);
      // The thread ran the job of this name: its results are what the job returns.
      return answer.results as R[];
    },
  };
}
