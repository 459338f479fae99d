import type { LogEntry, LogLine } from "./line.ts";

/** The dirsync programs, by the name in their banner. `other`: a Microsoft Mail banner that no article shows. */
export type LogProgram = "IMPORT" | "REBUILD" | "REQMAIN" | "SRVMAIN" | "other";

/** The first line a program writes: `Microsoft (R) Mail Import V3.2`. */
export interface Banner {
  readonly program: LogProgram;
  /** As printed, without the V: `3.2a`, `3.5.12`. */
  readonly version: string;
}

/** One program's lines, in the order of the log. */
export interface LogRun {
  /** `undefined` when the lines stand under no banner: Fatal 91 is logged without one in Q148705. */
  readonly banner: Banner | undefined;
  readonly lines: readonly LogLine[];
  /**
   * The program wrote its closing line: "Import is finished" (no proof of success: it follows Fatal 91 too, Q148705), or for REBUILD the
   * blank Status line (Q148364). REQMAIN and SRVMAIN have none that is documented: always false.
   */
  readonly finished: boolean;
}

const BANNER = /^Microsoft\s*(?:\(R\))?\s*Mail\s+(?<name>.+?)\s+(?:Version\s+|V\.?)(?<version>\d[\w.]*)\s*$/iu;

const PROGRAMS: readonly [RegExp, LogProgram][] = [
  [/^import$/iu, "IMPORT"],
  [/rebuild/iu, "REBUILD"],
  [/requestor/iu, "REQMAIN"],
  [/server/iu, "SRVMAIN"],
];

/** The banner that an entry is, or `undefined`. */
export function bannerOf(entry: LogEntry | undefined): Banner | undefined {
  if (entry?.severity !== "Status" || entry.number !== undefined) return undefined;
  const groups = BANNER.exec(entry.text)?.groups;
  if (!groups) return undefined;
  const program = PROGRAMS.find(([name]) => name.test(groups["name"] ?? ""))?.[1] ?? "other";
  return { program, version: groups["version"] ?? "" };
}

/** True for IMPORT's last line, with or without its full stop. */
export function saysImportFinished(entry: LogEntry | undefined): boolean {
  return entry !== undefined && entry.number === undefined && /^Import is finished\.?$/iu.test(entry.text);
}

/** Splits a log into runs: a banner begins one; lines after a closing line, or before any banner, stand in a run of their own. */
export function splitRuns(lines: readonly LogLine[]): LogRun[] {
  const runs: { banner: Banner | undefined; lines: LogLine[]; finished: boolean }[] = [];
  for (const line of lines) {
    const banner = bannerOf(line.entry);
    let run = runs.at(-1);
    if (run === undefined || banner || run.finished) {
      run = { banner, lines: [], finished: false };
      runs.push(run);
    }
    run.lines.push(line);
    run.finished = saysImportFinished(line.entry) || (run.banner?.program === "REBUILD" && isBlankStatus(line.entry));
  }
  return runs;
}

function isBlankStatus(entry: LogEntry | undefined): boolean {
  return entry?.severity === "Status" && entry.number === undefined && entry.text === "";
}
