import type { ImportVersion } from "../simulation.ts";

/** First log line of IMPORT: `V3.2`, `V3.2a` for 3.2.9, `V3.5` (Q118447, Q134228, Q149271); `V3.5.34` is an assumption. */
export function importBanner(version: ImportVersion): string {
  const shown = version === "3.2.9" ? "3.2a" : version;
  return `Microsoft (R) Mail Import V${shown}`;
}

/** First log line of REBUILD: one wording up to 3.2.16 (Q148364), another since 3.5 (Q149271). */
export function rebuildBanner(version: ImportVersion): string {
  return version.startsWith("3.2")
    ? `Microsoft(R) mail GAL Rebuild Utility V.${version}`
    : `Microsoft (R) Mail GAL Rebuild Utility Version ${version}`;
}

/** IMPORT's last log line, written after most failures too (Q148705, Q112301). */
export const FINISHED = "Import is finished.";
