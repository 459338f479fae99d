import { appendFileSync } from "node:fs";
import type { PostofficeFiles } from "../files.ts";
import { encodeText } from "../records/text.ts";
import type { ImportOptions } from "./options.ts";

/**
 * Where `-l` writes each Warning, Error and Fatal line, with a `#` in front (Q117260): LOG\IMPORT.LOG, or the file named (Q102926).
 * Nowhere together with `-n` (Q112897); a folder that does not exist means no log and no error (Q102926).
 */
export function problemLog(files: PostofficeFiles, options: ImportOptions): ((line: string) => void) | undefined {
  if (options.log === undefined || options.noDirectVideo) return undefined;
  const path = options.log === "" ? files.path("LOG/IMPORT.LOG") : options.log;
  return (line) => {
    try {
      appendFileSync(path, encodeText(`#${line}\r\n`));
    } catch {
      // No log, no error.
    }
  };
}
