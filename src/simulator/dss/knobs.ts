import { ResyncError } from "../../errors.ts";
import { SIMULATED_LAYOUTS, type SimulatedLayout } from "../layouts.ts";
import { isDssFailure, type DssFailure } from "./failures.ts";
import { dssFiles } from "./paths.ts";
import { readJson, writeJson } from "./store.ts";

/** What can be turned on a simulated DSS while it stands: `knobs.json`, read again at every act. Times in milliseconds. */
export interface Knobs {
  /** STOP_PENDING lasts this long. How long real ones take is undocumented. */
  readonly stopPendingMs: number;
  /** START_PENDING lasts this long. */
  readonly startPendingMs: number;
  /** The DXA pauses so long after each step of the file; the first step is `stepBytes` long, every other twice the one before. */
  readonly stepMs: number;
  readonly stepBytes: number;
  /** The value goes this long after the file is closed. */
  readonly valueDelayMs: number;
  /** Others may read the file while the DXA writes it; whether a real DXA allows that is undocumented. */
  readonly shareRead: boolean;
  /** The DXA's process ends itself after this long, whatever happens. */
  readonly lifetimeMs: number;
  /** Bytes free on its disks; null for those of the disk it stands on. */
  readonly freeBytes: number | null;
  /** How the records lie in Resync.glb. */
  readonly layout: SimulatedLayout;
  readonly failure: DssFailure | null;
}

const DEFAULTS: Knobs = {
  stopPendingMs: 300,
  startPendingMs: 200,
  stepMs: 20,
  stepBytes: 4096,
  valueDelayMs: 50,
  shareRead: false,
  lifetimeMs: 600_000,
  freeBytes: null,
  layout: "standard",
  failure: null,
};

/**
 * The knobs as they stand now. Throws `CONFIG_INVALID` when somebody has written nonsense into the file. Checked by hand: the DXA reads
 * them too, and a schema library would take it longer to load than its work takes.
 */
export async function readKnobs(dir: string): Promise<Knobs> {
  const file = dssFiles(dir).knobs;
  const stands = await readJson<Record<string, unknown>>(file);
  const wrong = Object.entries(stands).filter(([name, value]) => !isRight(name, value));
  if (wrong.length === 0) return { ...DEFAULTS, ...stands };
  const list = wrong.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ");
  throw new ResyncError("CONFIG_INVALID", {
    message: `${file} holds knobs that do not exist, or values that they cannot have: ${list}.`,
    hint: "docs/simulator.md lists the knobs and failures.",
    facts: { file },
  });
}

/** Turns some knobs and leaves the others as they are. */
export async function turnKnobs(dir: string, knobs: Partial<Knobs>): Promise<void> {
  await writeJson(dssFiles(dir).knobs, { ...(await readKnobs(dir)), ...knobs });
}

/** All knobs, with the defaults for those that are not named. */
export function allKnobs(knobs: Partial<Knobs>): Knobs {
  return { ...DEFAULTS, ...knobs };
}

function isRight(name: string, value: unknown): boolean {
  if (name === "failure") return value === null || (typeof value === "string" && isDssFailure(value));
  if (name === "freeBytes" && value === null) return true;
  if (name === "layout") return typeof value === "string" && Object.hasOwn(SIMULATED_LAYOUTS, value);
  if (name === "shareRead") return typeof value === "boolean";
  return Object.hasOwn(DEFAULTS, name) && Number.isInteger(value) && Number(value) >= (name === "stepBytes" ? 1 : 0);
}
