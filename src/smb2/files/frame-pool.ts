/** Frames that are used again once the server has answered them: constant memory, and none of it fetched anew for each chunk. */
export interface FramePool {
  take(): Buffer;
  /** Nobody may hold on to the frame after this. */
  giveBack(frame: Buffer): void;
}

/** A pool of frames of `bytes` bytes. */
export function framePool(bytes: number): FramePool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(bytes),
    giveBack: (frame) => void free.push(frame),
  };
}
