import { ResyncError } from "../../../errors.ts";
import type { Line } from "./lines.ts";

/** What is wrong with one line of a directory file. */
export function badDirectory(file: string, line: Line, what: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `${file}, line ${line.number}: ${what}: "${line.text.slice(0, 80)}".`,
    hint: "A directory is either MS Mail import text (A lines, as IMPORT -x writes them) or CSV with a header line (name,address).",
    facts: { file, line: line.number },
  });
}
