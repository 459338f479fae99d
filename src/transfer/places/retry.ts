import { Readable } from "node:stream";
import { openSource, type ByteSource, type OpenSource } from "../../byte-source.ts";
import { asResyncError, type ResyncError } from "../../errors.ts";
import type { Place, PlacePath } from "../place.ts";
import { again, type Patience } from "./again.ts";
import { leasePlace } from "./lease.ts";
import { serialQueue } from "./queue.ts";
import { readAgain } from "./retry-read.ts";

export interface RetryOptions extends Patience {
  /** Opens the same place anew. The broken one has been closed before. */
  readonly reopen: () => Promise<Place>;
}

/**
 * A place whose acts are tried again after a failure that may pass (`retryable`), over a new connection where the old one is gone.
 *
 * - A write is tried again only while its source can be given from the start: nothing was taken from it yet, or it begins anew with
 *   every iteration (a generator or a stream does not). Removed before is only what this very write has left behind.
 * - A replace whose end was not heard is looked at first and repeated only if it did not happen.
 * - A read goes on where it was; `FILE_CHANGED` if the file begins otherwise by then.
 */
export function withRetry(first: Place, options: RetryOptions): Place {
  const queue = serialQueue();
  const lease = leasePlace(first, options.reopen);
  const trying = async <T>(
    what: string,
    signal: AbortSignal | undefined,
    act: (place: Place) => Promise<T>,
    passes?: (failure: ResyncError) => boolean,
  ): Promise<T> => {
    const once = async (): Promise<T> => lease.use(lease.current(), signal, act);
    return queue(async () => again(`${first.label}: ${what}`, options, signal, once, passes));
  };

  return {
    label: first.label,
    capabilities: first.capabilities,
    list: async (folder, how) => trying(`list ${folder ?? "."}`, how?.signal, async (place) => place.list(folder, how)),
    stat: async (path, how) => trying(`stat ${path}`, how?.signal, async (place) => place.stat(path, how)),
    remove: async (path, how) => trying(`remove ${path}`, how?.signal, async (place) => place.remove(path, how)),
    read: (path, how) => readAgain(lease, options, path, how),

    writeNew: async (path, source, how) => {
      const replay = replayable(source);
      const left = leftovers();
      const write = async (place: Place): Promise<number> => {
        await left.removeFrom(place, path);
        return left.watch(path, place.writeNew(path, replay.bytes, how));
      };
      const passes = (failure: ResyncError): boolean => failure.retryable && replay.possible();
      return trying(`write ${path}`, how?.signal, write, passes);
    },

    replace: async (from, to, how) => {
      let size: number | undefined;
      return trying(`replace ${to}`, how?.signal, async (place) => {
        const source = await place.stat(from, how);
        const happened = source === undefined && size !== undefined && (await place.stat(to, how))?.size === size;
        if (happened) return { atomic: place.capabilities.atomicReplace };
        size = source?.size;
        return place.replace(from, to, how);
      });
    },

    close: async () => lease.close(),
  };
}

/** A source, and whether it can still be given from the start. */
function replayable(source: ByteSource): { bytes: ByteSource; possible: () => boolean } {
  let taken = false;
  const beginsAnew = !(source instanceof Readable) && !("next" in source);
  async function* watched(): AsyncGenerator<Uint8Array> {
    taken = true;
    yield* source;
  }
  const open = async (): Promise<OpenSource> => {
    taken = true;
    return openSource(source);
  };
  return { bytes: { [Symbol.asyncIterator]: watched, open }, possible: () => beginsAnew || !taken };
}

/** Remembers what a failed write says it has left behind, and takes it away before the next try. */
function leftovers(): {
  removeFrom: (place: Place, path: PlacePath) => Promise<void>;
  watch: <T>(path: PlacePath, writing: Promise<T>) => Promise<T>;
} {
  let left = false;
  return {
    removeFrom: async (place, path) => {
      if (left) await place.remove(path);
      left = false;
    },
    watch: async (path, writing) => {
      try {
        return await writing;
      } catch (error) {
        left = asResyncError(error).facts["leftBehind"] === path;
        throw error;
      }
    },
  };
}
