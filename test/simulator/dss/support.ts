import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { decodeGlb } from "../../../src/glb/read-known.ts";
import type { GlbRecord } from "../../../src/glb/record.ts";
import { DXA_KEY, DXA_SERVICE, TRIGGER_VALUE } from "../../../src/push/generate/dss-host.ts";
import { bytesOf } from "../../../src/transfer/bytes.ts";
import type { DssBed } from "../../push/generate/support.ts";

const WAIT = { timeout: 20_000, interval: 5 };

export async function until(bed: DssBed, state: string): Promise<void> {
  await expect.poll(async () => (await bed.host.queryService(DXA_SERVICE)).state, WAIT).toBe(state);
}

export async function restart(bed: DssBed): Promise<void> {
  await bed.host.requestStop(DXA_SERVICE);
  await until(bed, "stopped");
  await bed.host.requestStart(DXA_SERVICE);
  await until(bed, "running");
}

export const setTrigger = (bed: DssBed, ...names: string[]): Promise<void> =>
  bed.host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: names });

/** Waits until the DXA has removed the value: with a healthy one, the file is complete then. */
export async function untilTaken(bed: DssBed): Promise<void> {
  await expect.poll(() => bed.host.readValue(DXA_KEY, TRIGGER_VALUE), WAIT).toBeUndefined();
}

/** Has the simulated DXA write a list for `names` and reads its records. */
export async function listFor(bed: DssBed, ...names: string[]): Promise<GlbRecord[]> {
  await setTrigger(bed, ...names);
  await restart(bed);
  await untilTaken(bed);
  return recordsIn(join(bed.dxadata, "Resync.glb"));
}

export async function recordsIn(file: string): Promise<GlbRecord[]> {
  const records: GlbRecord[] = [];
  for await (const record of decodeGlb(bytesOf(await readFile(file)))) records.push(record);
  return records;
}
