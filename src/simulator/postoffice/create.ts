import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMPILED } from "../../compiled.ts";
import { ResyncError } from "../../errors.ts";
import { SIMULATED_LAYOUTS } from "../layouts.ts";
import { checkOptions } from "./tree/check-options.ts";
import { addServerRole, configureRequestor } from "./tree/configure.ts";
import { freshContent } from "./tree/contents.ts";
import { FOLDERS, FRESH_FILES, isReadOnly } from "./tree/fresh.ts";
import { addExternal, addGateway, leaveAdminFiles } from "./tree/populate.ts";
import { addLocalUser } from "./directory/local-users.ts";
import { openDirectory } from "./directory/directory.ts";
import { postofficeFiles, type PostofficeFiles } from "./files.ts";
import type { PostofficeOptions } from "./options.ts";
import { SIMULATION_FILE, writeSimulation, type Simulation } from "./simulation.ts";

/** A simulated postoffice on disk. */
export interface SimulatedPostoffice {
  /** The folder MAILDATA: what drive M: would show. The programs run with it as their current directory. */
  readonly root: string;
  /** The folder MAILEXE: what drive N: would show. */
  readonly executables: string;
  /** Paths for `node <path> ADMIN -pPASSWORD -q -y -dM` and `node <path> -f -dM`. */
  readonly programs: { readonly import: string; readonly rebuild: string };
  /** How IMPORT and REBUILD behave from their next start on; what is left out takes its default. */
  simulate(knobs: Partial<Simulation>): void;
}

/**
 * Makes `dir/MAILDATA` and `dir/MAILEXE`: a freshly installed MS Mail 3.5 postoffice (Q135868) with what `options` add to it, and stand-ins
 * for IMPORT and REBUILD. `dir` is created; throws `ALREADY_EXISTS` when it holds a MAILDATA already, `CONFIG_INVALID` for impossible options.
 */
export async function createPostoffice(dir: string, options: PostofficeOptions = {}): Promise<SimulatedPostoffice> {
  checkOptions(options);
  const lowerCase = options.lowerCase ?? false;
  const root = join(dir, lowerCase ? "maildata" : "MAILDATA");
  const executables = join(dir, lowerCase ? "mailexe" : "MAILEXE");
  makeRoot(root);
  const queueLayout = SIMULATED_LAYOUTS[options.simulation?.layout ?? "standard"];
  const files = postofficeFiles(root, { lowerCase, queueLayout });
  writeFresh(files, options);
  await extend(files, options);
  ageFiles(root);

  mkdirSync(executables, { recursive: true });
  const knobs = join(executables, SIMULATION_FILE);
  writeSimulation(knobs, options.simulation ?? {});
  const programs = {
    import: writeStarter(executables, "import.mjs", "IMPORT"),
    rebuild: writeStarter(executables, "rebuild.mjs", "REBUILD"),
  };
  return { root, executables, programs, simulate: (changed) => writeSimulation(knobs, changed) };
}

function makeRoot(root: string): void {
  try {
    mkdirSync(join(root, ".."), { recursive: true });
    mkdirSync(root);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new ResyncError("ALREADY_EXISTS", {
      message: `${root} exists already.`,
      state: "Nothing was changed.",
      hint: "Choose an empty folder for the simulated postoffice.",
      cause,
    });
  }
}

function writeFresh(files: PostofficeFiles, options: PostofficeOptions): void {
  const identity = {
    network: options.network ?? "SIMNET",
    postoffice: options.postoffice ?? "SIMPO",
    password: options.password ?? "password",
  };
  for (const folder of FOLDERS) files.makeFolder(folder);
  for (const { name, size } of FRESH_FILES) {
    files.write(name, name.endsWith(".MSM") ? " " : freshContent(name, size, identity));
    if (isReadOnly(name)) chmodSync(files.path(name), 0o444);
  }
}

/** Nobody has written to this postoffice for a day: tools look at times to see whether users are at work. */
function ageFiles(root: string): void {
  const yesterday = new Date(Date.now() - 24 * 3_600_000);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), yesterday, yesterday);
  }
}

async function extend(files: PostofficeFiles, options: PostofficeOptions): Promise<void> {
  const directory = openDirectory(files);
  for (const user of options.users ?? []) addLocalUser(files, user.address, user.alias);
  for (const gateway of options.gateways ?? []) addGateway(files, directory, gateway);
  for (const external of options.external ?? []) addExternal(files, directory, external);
  await configureRequestor(files, directory, options);
  if (options.requestors !== undefined) await addServerRole(files, options.requestors);
  if (Object.keys(options).some((option) => ADMINS_WORK.includes(option))) leaveAdminFiles(files);
}

/** Options that stand for work done with ADMIN, which leaves its own files behind. */
const ADMINS_WORK = [
  "users",
  "external",
  "gateways",
  "dss",
  "requestors",
  "sync",
  "addressTypes",
  "templatesReceive",
  "pending",
];

/** A starter beside simulation.json that runs the compiled program of this package. */
function writeStarter(folder: string, name: string, program: "IMPORT" | "REBUILD"): string {
  const start = new URL("simulator/postoffice/programs/start.js", COMPILED).href;
  const path = join(folder, name);
  const text = `import { startProgram } from ${JSON.stringify(start)};
await startProgram("${program}", new URL("${SIMULATION_FILE}", import.meta.url));
`;
  writeFileSync(path, text);
  return path;
}
