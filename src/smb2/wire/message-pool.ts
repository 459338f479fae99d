/** Messages below this many bytes are not worth keeping. */
const WORTH_KEEPING = 131_072;
/** Buffers kept at the most: what is read ahead of one file, and the one that its reader has. */
const MOST = 6;

/** Memory of large messages, used again when nobody needs them any more: fetched anew, each of its pages costs the system a fault. */
export interface MessagePool {
  /** A buffer of exactly `bytes` bytes; its contents are undefined. */
  take(bytes: number): Buffer;
  /** Nobody may hold on to the message after this. One that is not from here, as what was decrypted, is left to the garbage collector. */
  giveBack(message: Buffer): void;
}

export function messagePool(): MessagePool {
  const ours = new WeakSet<ArrayBufferLike>();
  const free: ArrayBufferLike[] = [];
  return {
    take: (bytes) => {
      if (bytes < WORTH_KEEPING) return Buffer.allocUnsafeSlow(bytes);
      const at = free.findIndex(({ byteLength }) => byteLength >= bytes);
      const [memory = Buffer.allocUnsafeSlow(bytes).buffer] = at === -1 ? [] : free.splice(at, 1);
      ours.add(memory);
      return Buffer.from(memory, 0, bytes);
    },
    giveBack: ({ buffer }) => {
      if (ours.has(buffer) && free.length < MOST && !free.includes(buffer)) free.push(buffer);
    },
  };
}
