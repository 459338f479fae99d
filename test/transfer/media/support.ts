import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import type { RunContext } from "../../../src/context.ts";
import { ResyncError } from "../../../src/errors.ts";
import { openJournal, type RunId } from "../../../src/journal/journal.ts";
import { recordingReporter } from "../../../src/report/reporter.ts";
import type { Delivery } from "../../../src/transfer/deliver.ts";
import type { DiskChanger, WantedDisk } from "../../../src/transfer/media/disk-changer.ts";
import type { UnopenedPlace } from "../../../src/transfer/place.ts";
import { memoryPlace, type MemoryPlace } from "../../../src/transfer/places/memory.ts";
import type { SigningKey } from "../../../src/transfer/signature/keys.ts";
import { signed } from "../../../src/transfer/signature/signature.ts";
import { manifestOf } from "../signature/support.ts";

export interface TestContext extends RunContext {
  readonly reporter: ReturnType<typeof recordingReporter>;
}

/** A run that keeps what it tells. */
export async function runContext(signal = new AbortController().signal): Promise<TestContext> {
  const begin = { run: "20261123-214030-k3f9" as RunId, command: "push", host: "test", version: "0", data: {} };
  const journal = await openJournal(async () => undefined, systemClock, begin);
  return { clock: systemClock, reporter: recordingReporter(), journal, signal, dryRun: false };
}

/** All warnings that a run gave. */
export function warnings({ reporter }: TestContext): string {
  return reporter.events.flatMap((event) => (event.type === "warning" ? event.text : [])).join("\n");
}

/** A list of random bytes in a file of its own folder, to deliver. */
export interface TestList {
  readonly bytes: Buffer;
  readonly folder: string;
  readonly delivery: Delivery;
  close(): Promise<void>;
}

export async function randomList(
  size: number,
  { id = "first", key }: { id?: string; key?: SigningKey } = {},
): Promise<TestList> {
  const folder = await mkdtemp(join(tmpdir(), "resync-media-"));
  const bytes = randomBytes(size);
  const file = join(folder, "list");
  await writeFile(file, bytes);
  const plain = await manifestOf(bytes, { id });
  const manifest = key === undefined ? plain : signed(plain, key);
  return { bytes, folder, delivery: { file, manifest, signedWith: key }, close: () => rm(folder, { recursive: true }) };
}

/** A drive that holds one disk at a time; `undefined` while it is empty. */
export interface Drive extends UnopenedPlace {
  disk: MemoryPlace | undefined;
}

export function drive(disk?: MemoryPlace): Drive {
  const made: Drive = {
    label: "A:",
    disk,
    async open() {
      if (made.disk !== undefined) return { ...made.disk, label: "A:" };
      throw new ResyncError("NOT_FOUND", { message: "A: is empty." });
    },
  };
  return made;
}

/** Puts in the disks of `order`, one each time; gives up when there are no more. */
export function changing(
  into: Drive,
  order: readonly (MemoryPlace | undefined)[],
  tries = Infinity,
): DiskChanger & { readonly asked: WantedDisk[] } {
  const asked: WantedDisk[] = [];
  return {
    tries,
    asked,
    async change(wanted) {
      asked.push(wanted);
      if (asked.length > order.length) throw new ResyncError("INTERRUPTED", { message: "no more disks" });
      into.disk = order[asked.length - 1];
    },
  };
}

export const emptyDisks = (count: number): MemoryPlace[] =>
  Array.from({ length: count }, (_, n) => memoryPlace(`disk ${n + 1}`));
