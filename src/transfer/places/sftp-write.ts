import { throwIfAborted } from "../../errors.ts";
import type { WriteOptions } from "../place.ts";
import type { SftpConnection } from "../ssh/connection.ts";
import { untilAborted } from "../../abort.ts";
import { blocksOf } from "./blocks.ts";
import { openWindow } from "./window.ts";

const IN_FLIGHT = 64;

/**
 * Writes `source` to an open file, in blocks at sequential offsets, several of them in flight. Settles when the server has taken them
 * all and returns their number of bytes. On a failure other than an abort nothing is in flight any more when it rejects.
 */
export async function writeBlocks(
  connection: SftpConnection,
  handle: Buffer,
  source: AsyncIterable<Uint8Array>,
  { signal, onProgress, careful }: WriteOptions,
): Promise<number> {
  const window = openWindow(careful === true ? 1 : IN_FLIGHT);
  const state: { inFlight: number; failure?: { error: unknown }; wake: () => void } = {
    inFlight: 0,
    wake: () => undefined,
  };
  let sent = 0;
  let taken = 0;

  const aborted = (): boolean => signal?.aborted === true;
  const answer = async (): Promise<void> =>
    new Promise((resolve) => {
      state.wake = resolve;
    });
  const send = async (block: Buffer, at: number): Promise<void> => {
    const asked = performance.now();
    state.inFlight += 1;
    try {
      await connection.ask<void>((done) =>
        connection.sftp.write(handle, block, 0, block.length, at, (error) => done(error, undefined)),
      );
      window.answered(performance.now() - asked);
      taken += block.length;
      onProgress?.(taken);
    } catch (error) {
      state.failure ??= { error };
    } finally {
      state.inFlight -= 1;
      state.wake();
    }
  };
  try {
    for await (const block of blocksOf(source, connection.blockSize, signal)) {
      void send(block, sent);
      sent += block.length;
      while (state.inFlight >= window.size && state.failure === undefined) await untilAborted(answer(), signal);
      if (state.failure !== undefined) break;
    }
  } finally {
    // After Ctrl-C nobody waits for a server that may be dead; taking the part away has its own limit.
    while (state.inFlight > 0 && !aborted()) await untilAborted(answer(), signal);
  }
  if (state.failure !== undefined) throw state.failure.error;
  throwIfAborted(signal);
  return taken;
}
