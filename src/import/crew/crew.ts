import { setImmediate as nextTurn } from "node:timers/promises";
import { throwIfAborted } from "../../errors.ts";
import { eachOf } from "../files.ts";
import { newHand, type Hand } from "./hand.ts";
import type { Job } from "./job.ts";

// A postoffice has thousands of small files. The way to a thread of Node's own pool and back costs more for each than the disk does; so threads of our own
// take them by the hundred. Where a file system lets one wait, on a share or a disk that turns, they wait side by side.

/** Threads. Two halve the work of two processors; more of them wait for a share at the same time. */
const HANDS = 3;

/** From so many items on threads are started: that takes some hundredths of a second. Fewer are done in place, so many at a stretch. */
const MANY = 400;
const FEW = 32;

/** Slices for each thread, so that all end at about the same time. */
const SLICES = 4;

let crew: readonly Hand[] | undefined;

export interface SpreadOptions<R> {
  signal?: AbortSignal | undefined;
  /** Called with the results of each slice, in any order of slices; `from` is the index of its first item. */
  onDone?: (results: readonly R[], from: number) => void;
}

/**
 * Does a job on all items and returns their results in order. Throws the first error of the job, or the signal's reason, when nothing of it is under way
 * any more.
 */
export async function spread<C, I, R>(
  job: Job<C, I, R>,
  common: C,
  items: readonly I[],
  options: SpreadOptions<R> = {},
): Promise<R[]> {
  if (items.length < MANY) return spreadOver([inPlace], FEW, { job, common, items }, options);
  crew ??= Array.from({ length: HANDS }, () => newHand());
  return spreadOver(crew, Math.ceil(items.length / (HANDS * SLICES)), { job, common, items }, options);
}

/** The same over certain hands, in slices of `length` items. */
export async function spreadOver<C, I, R>(
  hands: readonly Hand[],
  length: number,
  { job, common, items }: { job: Job<C, I, R>; common: C; items: readonly I[] },
  { signal, onDone }: SpreadOptions<R> = {},
): Promise<R[]> {
  const free = [...hands];
  const done: R[][] = [];
  const starts = Array.from({ length: Math.ceil(items.length / length) }, (_, index) => index * length);
  await eachOf(starts, hands.length, async (from) => {
    throwIfAborted(signal);
    const slice = items.slice(from, from + length);
    const hand = free.pop() ?? inPlace;
    // A thread that is gone leaves its work to this one.
    const results = (await hand.do(job, common, slice)) ?? job.run(common, slice);
    free.push(hand);
    done[from / length] = results;
    onDone?.(results, from);
  });
  return done.flat();
}

/** This thread, which gives everything else its turn before each slice. */
const inPlace: Hand = {
  async do(job, common, items) {
    await nextTurn();
    return job.run(common, items);
  },
};
