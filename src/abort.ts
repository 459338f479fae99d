import { abortError, throwIfAborted } from "./errors.ts";

/** One listener per signal, however many acts wait on it: Node warns of a leak at the eleventh. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `act` once when `signal` aborts. Returns what takes the wish back. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = waiting.get(signal) ?? startListening(signal);
  acts.add(act);
  return () => acts.delete(act);
}

/** `promise`, or `abortError` when the signal aborts first. What the promise does later is ignored. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  throwIfAborted(signal);
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(abortError(signal)));
    promise.then(resolve, reject).finally(forget);
  });
}

/** `source`, ended with `abortError` as soon as `signal` aborts. A silent source is then told to stop, and not waited for. */
export async function* abortable<T>(source: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
  throwIfAborted(signal);
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await untilAborted(iterator.next(), signal);
      ended = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    ended = !signal?.aborted;
    throw error;
  } finally {
    if (!ended) iterator.return?.().catch(() => undefined);
  }
}

function startListening(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  waiting.set(signal, acts);
  signal.addEventListener("abort", () => acts.forEach((act) => act()), { once: true });
  return acts;
}
