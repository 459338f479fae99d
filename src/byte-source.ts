/** Bytes to send, from the start at each iteration or opening. */
export interface ByteSource extends AsyncIterable<Uint8Array> {
  /** Where present: opens it to be read straight into its reader's buffers, which saves a copy of every byte. Throws what reading throws. */
  open?(): Promise<OpenSource>;
}

/** A source that is being read. */
export interface OpenSource {
  /** Puts the next bytes into `into`. Returns how many: fewer than fit only at the source's end. One call at a time. */
  fill(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Opens any source. One that cannot be opened is iterated, and its chunks copied: it may use their memory again. */
export async function openSource(source: ByteSource): Promise<OpenSource> {
  if (source.open !== undefined) return source.open();
  const chunks = source[Symbol.asyncIterator]();
  let rest: Uint8Array = Buffer.alloc(0);
  let ended = false;
  return {
    fill: async (into) => {
      let filled = 0;
      while (filled < into.length && !ended) {
        const part = rest.subarray(0, into.length - filled);
        into.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
        if (filled === into.length) break;
        const next = await chunks.next();
        ended = next.done === true;
        if (next.done !== true) rest = next.value;
      }
      return filled;
    },
    close: async () => {
      if (!ended) await chunks.return?.();
    },
  };
}
