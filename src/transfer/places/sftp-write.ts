import { throwIfAborted } from "../../errors.ts";
import type { SftpConnection } from "../ssh/connection.ts";
import type { WriteOptions } from "../place.ts";
import { untilAborted } from "./abort.ts";
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
  const inFlight = new Set<Promise<void>>();
  const outcome: { failure?: { error: unknown } } = {};
  let sent = 0;
  let taken = 0;

  const send = async (block: Buffer, at: number): Promise<void> => {
    const asked = performance.now();
    try {
      await connection.ask<void>((answer) =>
        connection.sftp.write(handle, block, 0, block.length, at, (error) => answer(error, undefined)),
      );
      window.answered(performance.now() - asked);
      taken += block.length;
      onProgress?.(taken);
    } catch (error) {
      outcome.failure ??= { error };
    }
  };
  try {
    for await (const block of blocksOf(source, connection.blockSize, signal)) {
      const sending = send(block, sent);
      inFlight.add(sending);
      void sending.then(() => inFlight.delete(sending));
      sent += block.length;
      while (inFlight.size >= window.size && outcome.failure === undefined)
        await untilAborted(Promise.race(inFlight), signal);
      if (outcome.failure) break;
    }
  } finally {
    // After Ctrl-C nobody waits for a server that may be dead; taking the part away has its own limit.
    if (signal?.aborted !== true) await Promise.all(inFlight);
  }
  if (outcome.failure) throw outcome.failure.error;
  throwIfAborted(signal);
  return taken;
}
