import { z } from "zod";
import type { Journal, JournalEntry, RunId } from "../../journal/journal.ts";
import { asRunId } from "../../journal/run-id.ts";
import { listRuns, type RunRecord } from "../../journal/store.ts";
import { localBytes } from "../../transfer/bytes.ts";
import { asSha256, fingerprint, sameBytes, type Sha256 } from "../../transfer/digest.ts";
import { encodeJson } from "../../transfer/json.ts";
import { decodeManifest, promised, type Manifest } from "../../transfer/manifest.ts";
import type { FleetRequestor, Group } from "./requestors.ts";

/** A list that an earlier run had made: its private copy is still there. */
export interface KeptList {
  readonly run: RunId;
  readonly copy: string;
  /** Not signed. */
  readonly manifest: Manifest;
}

/**
 * Pushes of a fleet that belong together: the first one, and those that went on to finish it. Told from their journals alone, so that a
 * killed run counts like one that ended.
 */
export interface Effort {
  /** The first run of it. */
  readonly id: RunId;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  /** The newest list last. */
  readonly lists: readonly KeptList[];
  /** What `deliveryKey` makes of all that was delivered. */
  readonly delivered: ReadonlySet<string>;
}

/** An unfinished push older than this is begun anew: its lists are too old. */
export const FINISH_WITHIN_MS = 12 * 3_600_000;

/** Journal notes; a fleet's own run has the first, the runs of its groups the others. */
const FLEET_STEP = "fleet.push";
const LIST_STEP = "fleet.list";
const DELIVERED_STEP = "fleet.delivered";

const run = z.custom<RunId>((text) => typeof text === "string" && asRunId(text) !== undefined);
const FLEET_NOTE = z.object({ effort: run, requestors: z.array(z.string()) });
const LIST_NOTE = z.object({ run, copy: z.string(), manifest: z.record(z.string(), z.unknown()) });
const DELIVERED_NOTE = z.object({
  requestor: z.string(),
  target: z.string(),
  sha256: z.custom<Sha256>((text) => typeof text === "string" && asSha256(text) !== undefined),
});

/** Journals, in a fleet's own run, which effort it belongs to and for whom it works. */
export async function noteFleet(journal: Journal, effort: RunId, requestors: readonly FleetRequestor[]): Promise<void> {
  await journal.note(FLEET_STEP, { effort, requestors: requestors.map(({ name }) => name) });
}

/** Journals, in a group's run, the list that it delivers. */
export async function noteList(journal: Journal, { run, copy, manifest }: KeptList): Promise<void> {
  await journal.note(LIST_STEP, { run, copy, manifest });
}

/** Journals, in a group's run, that a list is at its place, read back. */
export async function noteFleetDelivered(journal: Journal, key: DeliveryKey): Promise<void> {
  await journal.note(DELIVERED_STEP, { ...key });
}

interface DeliveryKey {
  readonly requestor: string;
  readonly target: string;
  readonly sha256: Sha256;
}

/** One list of one requestor at one place, as a key. */
export function deliveryKey({ requestor, target, sha256 }: DeliveryKey): string {
  return [requestor.toLowerCase(), target, sha256].join("\n");
}

/**
 * The last effort on the DSS `dss`, when something that `requestors` were to get from it is missing and it has lists that can be delivered
 * still. `undefined` when there is nothing to finish, or when it began more than `FINISH_WITHIN_MS` before `now`.
 */
export async function unfinishedEffort(
  { stateDir, dss, now, self }: { stateDir: string; dss: string; now: Date; self: RunId },
  requestors: readonly FleetRequestor[],
): Promise<Effort | undefined> {
  const runs = (await listRuns(stateDir)).filter(
    ({ run, command, data }) => run !== self && command === "push" && data["dss"] === dss,
  );
  const fleets = runs.flatMap((run) => fleetOf(run) ?? []);
  const id = fleets.at(-1)?.effort;
  const own = fleets.filter(({ effort }) => effort === id);
  const startedAt = runs.find(({ run }) => run === id)?.startedAt;
  if (id === undefined || startedAt === undefined) return undefined;
  if (now.getTime() - Date.parse(startedAt) > FINISH_WITHIN_MS) return undefined;
  const entries = runs.filter(({ data }) => data["effort"] === id).flatMap((run) => run.entries);
  const effort = { id, startedAt, lists: await usableLists(entries), delivered: deliveredOf(entries) };
  const members = new Set(own.flatMap((fleet) => fleet.requestors.map((name) => name.toLowerCase())));
  const missing = requestors.some((one) => members.has(one.name.toLowerCase()) && lacksSomething(one, effort));
  return missing && effort.lists.length > 0 ? effort : undefined;
}

/** The list that was made for exactly this group. */
export function listFor(group: Group, lists: readonly KeptList[]): KeptList | undefined {
  const wanted = rdnsOf(group.map(({ rdn }) => rdn));
  return lists.findLast(({ manifest }) => rdnsOf(manifest.requestors) === wanted);
}

/** Whether any of the effort's lists for this requestor is not at one of its places. */
function lacksSomething({ name, rdn, targets }: FleetRequestor, { lists, delivered }: Effort): boolean {
  const list = lists.findLast(({ manifest }) => manifest.requestors.includes(rdn));
  if (list === undefined) return true;
  const { sha256 } = list.manifest;
  return targets.some(({ label }) => !delivered.has(deliveryKey({ requestor: name, target: label, sha256 })));
}

function fleetOf({ entries }: RunRecord): z.infer<typeof FLEET_NOTE> | undefined {
  return notes(entries, FLEET_STEP, FLEET_NOTE).at(-1);
}

function deliveredOf(entries: readonly JournalEntry[]): Set<string> {
  return new Set(notes(entries, DELIVERED_STEP, DELIVERED_NOTE).map(deliveryKey));
}

/** Lists whose private copy is what it was. */
async function usableLists(entries: readonly JournalEntry[]): Promise<KeptList[]> {
  const lists: KeptList[] = [];
  for (const { run, copy, manifest } of notes(entries, LIST_STEP, LIST_NOTE)) {
    try {
      const kept = decodeManifest(encodeJson(manifest), copy);
      const whole = sameBytes(await fingerprint(localBytes(copy)), promised(kept));
      if (whole) lists.push({ run, copy, manifest: kept });
    } catch {
      // Gone or damaged: such a list is made anew.
    }
  }
  return lists;
}

/** The data of a step's notes; what another version wrote in another way is left out. */
function notes<T>(entries: readonly JournalEntry[], step: string, schema: z.ZodType<T>): T[] {
  return entries.flatMap((entry) => {
    if (entry.type !== "note" || entry.step !== step) return [];
    const { data } = schema.safeParse(entry.data);
    return data === undefined ? [] : [data];
  });
}

function rdnsOf(names: readonly string[]): string {
  return names
    .map((name) => name.toLowerCase())
    .toSorted()
    .join("\n");
}
