import { z } from "zod";
import { ResyncError } from "../../errors.ts";
import { DSS_FAILURES, type DssFailure } from "./failures.ts";
import { dssFiles } from "./paths.ts";
import { readJson, writeJson } from "./store.ts";

const milliseconds = z.int().nonnegative();
const failureNames = Object.keys(DSS_FAILURES) as [DssFailure, ...DssFailure[]];

const KNOBS = z.strictObject({
  /** STOP_PENDING lasts this long. How long real ones take is undocumented. */
  stopPendingMs: milliseconds.default(300),
  /** START_PENDING lasts this long. */
  startPendingMs: milliseconds.default(200),
  /** The DXA pauses so long after each step of the file; the first step is `stepBytes` long, every other twice the one before. */
  stepMs: milliseconds.default(20),
  stepBytes: z.int().positive().default(4096),
  /** The value goes this long after the file is closed. */
  valueDelayMs: milliseconds.default(50),
  /** Others may read the file while the DXA writes it; whether a real DXA allows that is undocumented. */
  shareRead: z.boolean().default(false),
  /** The DXA's process ends itself after this long, whatever happens. */
  lifetimeMs: milliseconds.default(600_000),
  failure: z.enum(failureNames).nullable().default(null),
});

/** What can be turned on a simulated DSS while it runs: `knobs.json`, read again at every act. Times in milliseconds. */
export type Knobs = z.infer<typeof KNOBS>;

/** The knobs as they stand now. Throws `CONFIG_INVALID` when somebody has written nonsense into the file. */
export async function readKnobs(dir: string): Promise<Knobs> {
  const file = dssFiles(dir).knobs;
  const parsed = KNOBS.safeParse(await readJson<unknown>(file));
  if (parsed.success) return parsed.data;
  throw new ResyncError("CONFIG_INVALID", {
    message: `${file} is not understood: ${z.prettifyError(parsed.error)}`,
    facts: { file },
  });
}

/** Turns some knobs and leaves the others as they are. */
export async function turnKnobs(dir: string, knobs: Partial<Knobs>): Promise<void> {
  await writeJson(dssFiles(dir).knobs, { ...(await readKnobs(dir)), ...knobs });
}

/** All knobs, with the defaults for those that are not named. */
export function allKnobs(knobs: Partial<Knobs>): Knobs {
  return KNOBS.parse(knobs);
}
