import { ResyncError } from "../../errors.ts";
import { dssFiles } from "./paths.ts";
import { readJson } from "./store.ts";

/** What a simulated DSS says of itself in `dss.json`. */
export interface DssAbout {
  readonly format: "resync-simulated-dss";
  readonly version: 1;
  /** Where its recipients come from: made up, or read from a file into `recipients/`. */
  readonly directory: { readonly kind: "generated" | "file"; readonly entries: number };
  /** Version of .REG files that its registry editor writes: 4 on NT 4, 5 on Windows 2000. */
  readonly registryFiles: 4 | 5;
  /** Which dirsync objects the server holds (Q151668). */
  readonly roles: { readonly server: boolean; readonly requestor: boolean };
}

/** Reads `dss.json`. Throws `NOT_FOUND` when the folder is no simulated DSS. */
export async function readAbout(dir: string): Promise<DssAbout> {
  const about = await readJson<Partial<DssAbout>>(dssFiles(dir).about).catch((error: unknown) =>
    notSimulated(dir, error),
  );
  if (about.format === "resync-simulated-dss" && about.version === 1) return about as DssAbout;
  return notSimulated(dir, undefined);
}

function notSimulated(dir: string, cause: unknown): never {
  throw new ResyncError("NOT_FOUND", {
    message: `${dir} is no simulated DSS: it has no dss.json that says so.`,
    hint: `Build one with: resync simulate dss ${dir}`,
    facts: { dir },
    cause,
  });
}
