import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { ResyncError } from "../../errors.ts";
import { SIMULATED_LAYOUT_NAMES } from "../layouts.ts";
import { POSTOFFICE_FAILURE_NAMES } from "./failures.ts";

/** Versions of IMPORT that differ in what can be seen: 3.2.9 (3.2a) bumps FLAG.GLB (Q111556), 3.5.34 prints years right (Q191905). */
export const IMPORT_VERSIONS = ["3.2", "3.2.9", "3.5", "3.5.34"] as const;

export type ImportVersion = (typeof IMPORT_VERSIONS)[number];

/** The knobs of simulation.json, which stands beside the programs in MAILEXE. */
const schema = z.strictObject({
  version: z.enum(IMPORT_VERSIONS).default("3.5"),
  /** The layout of RESYNC.GLB and all queues, one of `SIMULATED_LAYOUTS`. */
  layout: z.enum(SIMULATED_LAYOUT_NAMES).default("standard"),
  /** One of `POSTOFFICE_FAILURES`; left out, all goes well. */
  failure: z.enum(POSTOFFICE_FAILURE_NAMES).optional(),
  /** Milliseconds the program rests before each of its steps. */
  stepDelayMs: z.number().int().min(0).default(0),
  /** The exit code, whatever happens: callers cannot see the real one (Q112204). */
  exitCode: z.number().int().min(0).max(255).default(0),
  /** As the real program: without `-n` the screen is written past STDOUT, and only a terminal shows it (Q112897). */
  directVideo: z.boolean().default(true),
  /** A standing local time for the log, `1996-03-13T15:33:01`. Left out, the machine's. */
  now: z.iso.datetime({ local: true }).optional(),
});

export type Simulation = z.output<typeof schema>;

export const SIMULATION_FILE = "simulation.json";

/** The knobs with everything left out filled in. Throws `CONFIG_INVALID`. */
export function completeSimulation(knobs: Partial<Simulation>): Simulation {
  return parse(knobs, "the simulation given");
}

/** Reads simulation.json; a missing file means all defaults. Throws `CONFIG_INVALID` when it is not one. */
export function readSimulation(path: string): Simulation {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return parse({}, path);
  }
  try {
    return parse(JSON.parse(text), path);
  } catch (cause) {
    if (cause instanceof ResyncError) throw cause;
    throw new ResyncError("CONFIG_INVALID", { message: `${path} is not JSON.`, cause });
  }
}

/** Writes simulation.json; what is left out takes its default. */
export function writeSimulation(path: string, knobs: Partial<Simulation>): void {
  writeFileSync(path, `${JSON.stringify(completeSimulation(knobs), undefined, 2)}\n`);
}

function parse(value: unknown, where: string): Simulation {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ResyncError("CONFIG_INVALID", {
    message: `${where} cannot be used: ${z.prettifyError(result.error).replaceAll("\n", " ")}`,
    hint: `Known failures: ${POSTOFFICE_FAILURE_NAMES.join(", ")}. Known versions: ${IMPORT_VERSIONS.join(", ")}. Known layouts: ${SIMULATED_LAYOUT_NAMES.join(", ")}.`,
  });
}
