import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../src/clock.ts";
import type { OpenDrive } from "../../../src/transfer/tape/device.ts";
import type { Tape } from "../../../src/transfer/tape/tape.ts";

export const MT = fileURLToPath(new URL("../../../fixtures/programs/mt.mjs", import.meta.url));

/** A tape or what stands in for one, waited for half a second. */
export function tapeAt(device: string, more: Partial<Tape> = {}): Tape {
  return { device, blocking: 20, mt: undefined, clock: systemClock, stallMs: 500, ...more };
}

/** A block of bytes as it was written in one write, or a file mark. */
type Item = Buffer | "mark";

/** A drive that does not rewind by itself, as st(4) describes one, with a tape in it. The stand-in `mt` moves it. */
export interface VirtualDrive {
  readonly tape: Tape;
  /** What is on the tape, from its beginning. */
  readonly items: Item[];
  /** What `mt` was asked for. */
  acts(): Promise<string[]>;
}

export interface DriveFaults {
  /** Blocks that fit on the tape. */
  readonly blocks?: number;
  readonly writeProtected?: boolean;
  /** Changes what is read back of the block that is the `number`th on the tape, from 0. */
  readonly wearOut?: (block: Buffer, number: number) => Buffer;
  /** Arguments for the stand-in `mt`. */
  readonly mt?: string;
}

/** Makes a drive; `folder` is for its log. Its device is /dev/null, because a drive must be a character device. */
export async function virtualDrive(
  folder: string,
  { blocks = Infinity, writeProtected = false, wearOut = (block) => block, mt = "" }: DriveFaults = {},
): Promise<VirtualDrive> {
  const log = join(folder, "mt.log");
  await writeFile(log, "");
  const acts = async () => (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
  const items: Item[] = [];
  let at = 0;
  let rewound = 0;
  const open: OpenDrive = async (_device, flags) => {
    if (flags === "r+" && writeProtected) throw Object.assign(new Error("EROFS"), { code: "EROFS" });
    const rewinds = (await acts()).filter((act) => act.startsWith("rewind")).length;
    if (rewinds > rewound) at = 0;
    rewound = rewinds;
    let wrote = false;
    return {
      async write(block, offset, length) {
        if (at >= blocks) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
        items.splice(at, Infinity, Buffer.from(block.subarray(offset, offset + length)));
        at += 1;
        wrote = true;
        return { bytesWritten: length };
      },
      async read(into, offset, length) {
        const item = items[at];
        if (item === undefined) throw Object.assign(new Error("EIO"), { code: "EIO" });
        at += 1;
        if (item === "mark") return { bytesRead: 0 };
        if (item.length > length) throw Object.assign(new Error("ENOMEM"), { code: "ENOMEM" });
        into.set(wearOut(item, at - 1), offset);
        return { bytesRead: item.length };
      },
      async close() {
        if (wrote) items.splice(at++, Infinity, "mark");
      },
    };
  };
  const command = `"${process.execPath}" "${MT}" "${log}" ${mt}`;
  return { tape: tapeAt("/dev/null", { mt: command, open }), items, acts };
}
