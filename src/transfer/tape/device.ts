import { open, stat } from "node:fs/promises";
import { errnoOf } from "../../errno.ts";
import { ResyncError } from "../../errors.ts";
import { blocksOf } from "../places/blocks.ts";
import { fromErrno } from "../places/errno.ts";
import { inTime } from "../places/in-time.ts";
import { UNIT } from "./tape-address.ts";

/** What stands under a device's name. */
export type DeviceKind = "drive" | "pipe" | "file" | "nothing";

/** Bytes of one read at the least: larger than the blocks of any tape that is likely. The kernel refuses a read smaller than a block. */
const READ = 262_144;
/** Milliseconds that a drive may be silent. */
export const DEVICE_STALL_MS = 900_000;

/** A drive that is open: a write makes a block on the tape, a read gives one. */
export interface DriveHandle {
  write(block: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  /** 0 bytes at a file mark. Fails with ENOMEM when the block is longer than `length` (st(4)). */
  read(into: Uint8Array, offset: number, length: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

/** Opens a drive: the system's own way, or that of a test's drive. */
export type OpenDrive = (device: string, flags: "r" | "r+") => Promise<DriveHandle>;

const openDrive: OpenDrive = async (device, flags) => open(device, flags);

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

/**
 * Writes blocks to a drive, one write each, which makes one block on the tape each. Closing it writes the file mark. Throws `DISK_FULL` when
 * the tape is too short, `READ_ONLY` when it is protected, and what else the drive says.
 */
export async function writeToDrive(
  device: string,
  blocks: AsyncIterable<Buffer>,
  { open = openDrive, signal, onProgress }: DriveOptions & { readonly onProgress?: (bytes: number) => void },
): Promise<void> {
  const file = await opened(device, "r+", open);
  try {
    let at = 0;
    for await (const block of blocks) {
      const { bytesWritten } = await inTime(file.write(block, 0, block.length), device, DEVICE_STALL_MS, signal);
      if (bytesWritten !== block.length) throw tapeEnded(device);
      at += block.length;
      onProgress?.(at);
    }
  } catch (error) {
    await closed(file, device).catch(() => undefined);
    throw errnoOf(error) === "ENOSPC" ? tapeEnded(device, error) : fromErrno(error, device);
  }
  // The drive writes out what it still holds, and the file mark.
  await closed(file, device).catch((error: unknown) => {
    throw errnoOf(error) === "ENOSPC" ? tapeEnded(device, error) : fromErrno(error, device);
  });
}

/** How a drive is worked with. */
export interface DriveOptions {
  readonly signal: AbortSignal;
  readonly open?: OpenDrive | undefined;
}

/** Reads a drive up to its next file mark, a block of any size up to `blocking` units, or 256 KB, at a time. */
export async function* readFromDrive(
  device: string,
  blocking: number,
  { open = openDrive, signal }: DriveOptions,
): AsyncGenerator<Uint8Array> {
  const size = Math.max(READ, blocking * UNIT);
  const file = await opened(device, "r", open);
  try {
    for (;;) {
      const block = Buffer.allocUnsafe(size);
      const { bytesRead } = await inTime(file.read(block, 0, size), device, DEVICE_STALL_MS, signal);
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  } catch (error) {
    throw errnoOf(error) === "ENOMEM" ? largerBlocks(device, error) : fromErrno(error, device);
  } finally {
    await closed(file, device).catch(() => undefined);
  }
}

async function opened(device: string, flags: "r" | "r+", open: OpenDrive): Promise<DriveHandle> {
  try {
    return await inTime(open(device, flags), device, DEVICE_STALL_MS);
  } catch (error) {
    throw fromErrno(error, device).with({ state: "Nothing was written on the tape." });
  }
}

async function closed(file: DriveHandle, device: string): Promise<void> {
  await inTime(file.close(), device, DEVICE_STALL_MS);
}

function tapeEnded(device: string, cause?: unknown): ResyncError {
  return new ResyncError("DISK_FULL", {
    message: `The tape in ${device} ended before the list did.`,
    hint: "Put in a longer tape. resync writes a delivery on one tape.",
    cause,
  });
}

function largerBlocks(device: string, cause: unknown): ResyncError {
  return new ResyncError("IO", {
    message: `The tape in ${device} has larger blocks than are read.`,
    hint: `Say how large: tape:${device}?blocking=1024, and twice that, until it can be read.`,
    cause,
  });
}
