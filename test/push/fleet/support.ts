import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import type { RunContext } from "../../../src/context.ts";
import { EXIT } from "../../../src/errors.ts";
import { beginRun } from "../../../src/journal/store.ts";
import type { DssHost } from "../../../src/push/generate/dss-host.ts";
import { pushFleet, type FleetRequest } from "../../../src/push/fleet/push-fleet.ts";
import type { FleetRequestor } from "../../../src/push/fleet/requestors.ts";
import type { FleetResult } from "../../../src/push/fleet/result.ts";
import { placeTarget } from "../../../src/push/place-target.ts";
import { generatedList } from "../../../src/push/sources.ts";
import type { Target } from "../../../src/push/targets.ts";
import { recordingReporter, type ReportEvent } from "../../../src/report/reporter.ts";
import { decodeManifest, type Manifest } from "../../../src/transfer/manifest.ts";
import { localPlace } from "../../../src/transfer/places/local.ts";
import { dssBed, type DssBed } from "../generate/support.ts";

/** Nothing was delivered before that a list could be smaller than. */
const NO_GUARD: FleetRequest["guard"] = { past: [], maxShrink: 0.2, confirm: async () => false };

export const RDNS = ["HARBOUR", "NORTH/PO1", "Büro Süd", "EAST"];

/** A simulated DSS with four requestors, and a folder for each. */
export interface FleetBed {
  readonly dss: DssBed;
  readonly stateDir: string;
  folder(name: string): string;
  /** A requestor whose list goes to the folder of its name. */
  requestor(name: string, more?: Partial<FleetRequestor>): FleetRequestor;
  /** Pushes in a run of its own, as the command does; `began` is when it begins, now unless given. */
  push(requestors: readonly FleetRequestor[], more?: PushHow): Promise<FleetResult & { events: ReportEvent[] }>;
  /** What stands in the folder of that name. */
  delivered(name: string): Promise<Manifest | undefined>;
  close(): Promise<void>;
}

export interface PushHow extends Partial<Pick<FleetRequest, "parallel" | "anew" | "guard">> {
  readonly signal?: AbortSignal;
  readonly dryRun?: boolean;
  readonly host?: DssHost;
  /** Milliseconds by which the clock is ahead. */
  readonly later?: number;
}

export async function fleetBed(): Promise<FleetBed> {
  const dss = await dssBed({ requestors: RDNS });
  const home = await mkdtemp(join(tmpdir(), "resync-fleet-"));
  const stateDir = join(home, "state");
  const folder = (name: string) => join(home, name.replace("/", "-"));
  for (const name of RDNS) await mkdir(folder(name));
  return {
    dss,
    stateDir,
    folder,
    requestor: (name, more = {}) => {
      const targets = [folderTarget(folder(name))];
      return { name, rdn: name, alike: undefined, targets, signingKey: undefined, ...more };
    },
    async push(
      requestors,
      { parallel = 3, anew = false, host = dss.host, guard = NO_GUARD, later = 0, dryRun = false, ...how } = {},
    ) {
      const clock = { ...systemClock, now: () => new Date(Date.now() + later) };
      const data = { dss: host.label, requestors: requestors.map(({ rdn }) => rdn) };
      const { journal, folder: own } = await beginRun(stateDir, clock, "push", data);
      const reporter = recordingReporter();
      const context: RunContext = { clock, reporter, journal, signal: new AbortController().signal, dryRun, ...how };
      const sourceFor: FleetRequest["sourceFor"] = (rdns, groupContext) =>
        generatedList(
          host,
          { requestors: rdns, timeoutMs: 25_000, stateTimeoutMs: 20_000, pollMs: 10, settleMs: 5 },
          false,
          groupContext,
        );
      const tools = { dss: host.label, stateDir, folder: own, sourceFor, guard };
      const result = await pushFleet({ ...tools, requestors, parallel, anew }, context);
      await journal.end(result.outcome, EXIT.done);
      return { ...result, events: reporter.events };
    },
    async delivered(name) {
      const file = join(folder(name), "RESYNC.JSN");
      const bytes = await readFile(file).catch(() => undefined);
      return bytes && decodeManifest(bytes, file);
    },
    async close() {
      await dss.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A folder of this machine. */
export function folderTarget(folder: string): Target {
  return placeTarget({ label: folder, open: async () => localPlace(folder) });
}

/** `HARBOUR delivered`, one for each row. */
export function outcomes({ rows }: FleetResult): string[] {
  return rows.map(({ requestor, outcome }) => `${requestor} ${outcome}`);
}
