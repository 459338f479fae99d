import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import type { RunContext } from "../../../src/context.ts";
import { openJournal, type JournalEntry, type JournalSink, type RunId } from "../../../src/journal/journal.ts";
import {
  DXA_KEY,
  DXA_SERVICE,
  type DssHost,
  type RegistryKey,
  type RegistryValue,
} from "../../../src/push/generate/dss-host.ts";
import { openSimulatedDss } from "../../../src/push/generate/hosts/simulated.ts";
import type { GenerateRequest } from "../../../src/push/generate/request.ts";
import { recordingReporter } from "../../../src/report/reporter.ts";
import { createDss, type DssOptions } from "../../../src/simulator/dss/create.ts";
import type { Knobs } from "../../../src/simulator/dss/knobs.ts";
import { killDxa } from "../../../src/simulator/dss/service.ts";

/** A simulated DSS, a host for it, and a folder for the run's own files. */
export interface DssBed {
  readonly dir: string;
  readonly host: DssHost;
  /** Local Dxadata folder. */
  readonly dxadata: string;
  /** The run's folder. */
  readonly run: string;
  close(): Promise<void>;
}

export const FAST: Partial<Knobs> = {
  stopPendingMs: 4,
  startPendingMs: 4,
  stepMs: 1,
  stepBytes: 512,
  valueDelayMs: 2,
  lifetimeMs: 60_000,
};

/** A small, fast simulated DSS in a temporary folder. */
export async function dssBed(options: DssOptions = {}): Promise<DssBed> {
  const base = await mkdtemp(join(tmpdir(), "resync-dss-"));
  const dir = join(base, "dss");
  const { dxadata } = await createDss(dir, { entries: 40, ...options, knobs: { ...FAST, ...options.knobs } });
  return {
    dir,
    host: await openSimulatedDss(dir),
    dxadata,
    run: base,
    async close() {
      await killDxa(dir);
      await rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
    },
  };
}

/** A request for one requestor with short times. */
export function requestFor(bed: DssBed, more: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    requestors: ["NORTH/PO1"],
    timeoutMs: 25_000,
    stateTimeoutMs: 20_000,
    pollMs: 10,
    settleMs: 5,
    privateCopy: join(bed.run, "copy.glb"),
    backupFile: join(bed.run, "backup.reg"),
    ...more,
  };
}

export type TestContext = RunContext & {
  readonly reporter: ReturnType<typeof recordingReporter>;
  readonly entries: JournalEntry[];
};

/** A run's context that records everything; `sink` sees each journal entry before it is recorded. */
export async function testContext(
  { dryRun = false, signal = new AbortController().signal }: { dryRun?: boolean; signal?: AbortSignal } = {},
  sink: JournalSink = async () => undefined,
): Promise<TestContext> {
  const entries: JournalEntry[] = [];
  const record: JournalSink = async (entry) => {
    await sink(entry);
    // As a file would have it: only what survives JSON.
    entries.push(JSON.parse(JSON.stringify(entry)) as JournalEntry);
  };
  const begin = { run: "20261123-214030-test" as RunId, command: "push", host: "test", version: "0", data: {} };
  const journal = await openJournal(record, systemClock, begin);
  entries.splice(0);
  return { clock: systemClock, reporter: recordingReporter(), journal, signal, dryRun, entries };
}

/** Everything about a DSS that must be as found: its values, its service, and the content of its Dxadata by name. */
export interface DssPicture {
  readonly values: Record<string, RegistryValue>;
  readonly service: string;
  readonly files: Record<string, string>;
}

export async function pictureOf({ host, dxadata }: DssBed): Promise<DssPicture> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(dxadata)).toSorted()) files[name] = await readFile(join(dxadata, name), "latin1");
  return { values: await valuesOf(host, DXA_KEY), service: (await host.queryService(DXA_SERVICE)).state, files };
}

async function valuesOf(host: DssHost, key: RegistryKey): Promise<Record<string, RegistryValue>> {
  return Object.fromEntries([...(await host.listValues(key))].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Puts an earlier list into Dxadata. */
export async function putEarlier({ dxadata }: DssBed, content = "an earlier list"): Promise<void> {
  await writeFile(join(dxadata, "Resync.glb"), content);
}
