import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { GlbRecord } from "../../glb/record.ts";
import { encodeGlb } from "../../glb/write.ts";
import { SIMULATED_LAYOUTS } from "../layouts.ts";
import type { DxaConduct } from "./failures.ts";
import type { Knobs } from "./knobs.ts";
import { holdOpen } from "./open-files.ts";

/** How the DXA ended: it has nothing left to do, its service was stopped, or it died. */
export type DxaEnd = "left" | "stopped" | "died";

/** One Resync.glb to write, and how. */
export interface WriteOrder {
  readonly dir: string;
  /** Local path; a file there is overwritten (Q156063). */
  readonly file: string;
  readonly records: Iterable<GlbRecord>;
  readonly writes: DxaConduct["writes"];
  readonly conduct: DxaConduct;
  readonly knobs: Knobs;
  /** False as soon as the service is to stop. */
  readonly wanted: () => Promise<boolean>;
}

/** How much of the first chunk gets to the disk when the DXA dies or the disk is full. */
const PART = 0.6;

/**
 * Writes the file in code page 850, a step at a time, held open all the while; the mark of a `hold` is left to the process's end.
 * Tells how it ended: `left` when all that was to be written stands there.
 */
export async function writeInSteps(order: WriteOrder): Promise<DxaEnd> {
  const { dir, file, conduct, knobs } = order;
  const mark = await holdOpen(dir, file, knobs.shareRead);
  const handle = await open(file, "w");
  try {
    if (order.writes === "empty") return "left";
    const layout = SIMULATED_LAYOUTS[knobs.layout];
    const bytes = encodeGlb(order.records, { layout, onUnmappable: () => undefined });
    for await (const step of stepsOf(bytes, knobs.stepBytes)) {
      if (order.writes === "part") {
        await handle.write(step.subarray(0, Math.ceil(step.length * PART)));
        return conduct.end === "die" ? "died" : "left";
      }
      await handle.write(step);
      await delay(knobs.stepMs);
      if (!(await order.wanted())) return "stopped";
    }
    return "left";
  } finally {
    await handle.close();
    if (conduct.end !== "hold") await mark.release();
  }
}

/** The bytes in steps of `first` bytes, then twice as many, and so on: a list of any length grows visibly and is done soon. */
async function* stepsOf(chunks: AsyncIterable<Uint8Array>, first: number): AsyncGenerator<Uint8Array> {
  let size = first;
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + size - length);
      waiting.push(piece);
      length += piece.length;
      at += piece.length;
      if (length < size) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      length = 0;
      size = Math.min(size * 2, LARGEST_STEP);
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}

const LARGEST_STEP = 8 * 1024 * 1024;
