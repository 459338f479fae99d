import { open, stat, type FileHandle } from "node:fs/promises";
import { ResyncError } from "../../errors.ts";
import { blocksOf } from "../places/blocks.ts";
import { errnoOf, fromErrno } from "../places/errno.ts";
import { inTime } from "../places/in-time.ts";
import { UNIT } from "./tape-address.ts";

/** What stands under a device's name. */
export type DeviceKind = "drive" | "pipe" | "file" | "nothing";

/** Bytes of one read at the least: larger than the blocks of any tape that is likely. The kernel refuses a read smaller than a block. */
const READ = 262_144;
/** Milliseconds that a drive may be silent. */
export const DEVICE_STALL_MS = 900_000;

/** Throws the mapped failure when that cannot be told, `IS_A_FOLDER` for a folder. */
export async function deviceKind(device: string): Promise<DeviceKind> {
  try {
    const found = await stat(device);
    if (found.isCharacterDevice()) return "drive";
    if (found.isFIFO()) return "pipe";
    if (found.isFile()) return "file";
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "nothing";
    throw fromErrno(error, device);
  }
  throw new ResyncError("IS_A_FOLDER", {
    message: `${device} is a folder, a disk or something else that tar does not write to.`,
    state: "Nothing was changed.",
    hint: "For a folder, leave out tape:.",
  });
}

/** `source` in blocks of `blocking` units; the last one filled up with zeros, as tar does. A block is valid until the next is asked for. */
export async function* tapeBlocks(
  source: AsyncIterable<Uint8Array>,
  blocking: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const size = blocking * UNIT;
  for await (const block of blocksOf(source, size, signal)) {
    yield block.length === size ? block : Buffer.concat([block, Buffer.alloc(size - block.length)]);
  }
}

/** Writes blocks to a drive, one write each, which makes one block on the tape each. Closing it writes the file mark. */
export async function writeToDrive(
  device: string,
  blocks: AsyncIterable<Buffer>,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (bytes: number) => void },
): Promise<void> {
  await withDevice(device, "r+", async (file) => {
    let at = 0;
    for await (const block of blocks) {
      const { bytesWritten } = await inTime(file.write(block, 0, block.length), device, DEVICE_STALL_MS, signal);
      if (bytesWritten !== block.length) throw tapeEnded(device);
      at += block.length;
      onProgress?.(at);
    }
  });
}

/** Reads a drive up to its next file mark. */
export async function* readFromDrive(
  device: string,
  blocking: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const size = Math.max(READ, blocking * UNIT);
  const file = await opened(device, "r");
  try {
    for (;;) {
      const { bytesRead, buffer } = await inTime(
        file.read(Buffer.allocUnsafe(size), 0, size),
        device,
        DEVICE_STALL_MS,
        signal,
      );
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw errnoOf(error) === "ENOMEM" ? largerBlocks(device, error) : fromErrno(error, device);
  } finally {
    await file.close().catch(() => undefined);
  }
}

async function withDevice(device: string, flags: string, act: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await opened(device, flags);
  try {
    await act(file);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw fromErrno(error, device);
  }
  // The drive writes out what it still holds, and the file mark.
  await inTime(file.close(), device, DEVICE_STALL_MS).catch((error: unknown) => {
    throw fromErrno(error, device);
  });
}

async function opened(device: string, flags: string): Promise<FileHandle> {
  try {
    return await inTime(open(device, flags), device, DEVICE_STALL_MS);
  } catch (error) {
    throw fromErrno(error, device);
  }
}

function tapeEnded(device: string): ResyncError {
  return new ResyncError("DISK_FULL", {
    message: `The tape in ${device} ended before the list did.`,
    hint: "Put in a longer tape. resync writes a delivery on one tape.",
  });
}

function largerBlocks(device: string, cause: unknown): ResyncError {
  return new ResyncError("IO", {
    message: `The tape in ${device} has larger blocks than are read.`,
    hint: `Say how large: tape:${device}?blocking=1024, and twice that, until it can be read.`,
    cause,
  });
}
