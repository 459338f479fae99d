import { z } from "zod";
import { throwIfAborted } from "../../errors.ts";
import type { RunContext } from "../../context.ts";
import type { JournalData, JournalEntry } from "../../journal/journal.ts";
import type { DssHost, RegistryKey, RegistryValue } from "./dss-host.ts";
import { registryFromJson, registryToJson, type RegistryJson } from "./registry-json.ts";

/** Everything that generating changes on a DSS, with what is needed to undo it. Paths and names are the host's own. */
export type DssChange =
  | {
      readonly kind: "write-value";
      readonly key: RegistryKey;
      readonly name: string;
      /** What stood there; `undefined` when nothing did. */
      readonly previous: RegistryValue | undefined;
      readonly value: RegistryValue;
    }
  /** A file of `folder` gets another name in it. */
  | { readonly kind: "move-file"; readonly folder: string; readonly from: string; readonly to: string }
  /** `found` is the state in which the service was before anything was changed. */
  | { readonly kind: "stop-service"; readonly service: string; readonly found: FoundState }
  /** The pause control, which starts a cycle (Q146738). */
  | { readonly kind: "pause-service"; readonly service: string; readonly found: FoundState }
  /** Another restart behind a list (Q156063). */
  | { readonly kind: "restart-service"; readonly service: string; readonly found: FoundState }
  /** From here on the DSS may write Resync.glb into `dxadata`. */
  | { readonly kind: "start-service"; readonly service: string; readonly found: FoundState; readonly dxadata: string };

/** States of the service in which a generation may begin. */
export type FoundState = "running" | "stopped";

/** The changes of a run so far, in order. */
export interface ChangeLog {
  readonly made: readonly DssChange[];
  /** Journals the change with all that undoing needs, then acts. A change that failed counts as made: it may have happened. */
  make(change: DssChange, act: () => Promise<void>): Promise<void>;
}

/** The journal's step for changes on the way to a master list; `recoverGenerate` looks for it. */
export const CHANGE_STEP = "generate.change";
/** The journal's note that everything has been put back: what comes later is not to be undone. */
export const SETTLED_STEP = "generate.settled";

/** An empty log. Refuses to make a change once the run's signal is aborted. */
export function changeLog(host: DssHost, context: RunContext): ChangeLog {
  const made: DssChange[] = [];
  return {
    made,
    async make(change, act) {
      throwIfAborted(context.signal);
      await context.journal.act(CHANGE_STEP, { host: host.label, ...changeToJson(change) }, async () => {
        made.push(change);
        await act();
      });
    },
  };
}

/** The changes that a run may have made on the host with this label since all was last put back, from its journal. */
export function journaledChanges(entries: readonly JournalEntry[], label: string): DssChange[] {
  const settled = entries.findLastIndex(
    (entry) => entry.type === "note" && entry.step === SETTLED_STEP && entry.data["host"] === label,
  );
  return entries.slice(settled + 1).flatMap((entry) => {
    if (entry.type !== "intent" || entry.step !== CHANGE_STEP || entry.data["host"] !== label) return [];
    return [changeFromJson(entry.data)];
  });
}

const REGISTRY_JSON: z.ZodType<RegistryJson> = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["REG_SZ", "REG_EXPAND_SZ"]), data: z.string() }),
  z.object({ type: z.literal("REG_MULTI_SZ"), data: z.array(z.string()) }),
  z.object({ type: z.literal("REG_DWORD"), data: z.int().min(0).max(0xffff_ffff) }),
  z.object({ type: z.literal("other"), number: z.int().nonnegative(), data: z.hex() }),
]);
const key = z.custom<RegistryKey>((text) => typeof text === "string" && text.startsWith("HKEY_LOCAL_MACHINE\\"));
const found = z.enum(["running", "stopped"]);
const CHANGE_JSON = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("write-value"),
    key,
    name: z.string(),
    previous: REGISTRY_JSON.nullable(),
    value: REGISTRY_JSON,
  }),
  z.object({ kind: z.literal("move-file"), folder: z.string(), from: z.string(), to: z.string() }),
  z.object({ kind: z.enum(["stop-service", "pause-service", "restart-service"]), service: z.string(), found }),
  z.object({ kind: z.literal("start-service"), service: z.string(), found, dxadata: z.string() }),
]);

/** A change as it stands in the journal. */
export function changeToJson(change: DssChange): JournalData {
  if (change.kind !== "write-value") return { ...change };
  const previous = change.previous === undefined ? null : registryToJson(change.previous);
  return { ...change, previous, value: registryToJson(change.value) };
}

function changeFromJson(data: JournalData): DssChange {
  const change = CHANGE_JSON.parse(data);
  if (change.kind !== "write-value") return change;
  const previous = change.previous === null ? undefined : registryFromJson(change.previous);
  return { ...change, previous, value: registryFromJson(change.value) };
}
