import { basename, resolve } from "node:path";
import { choice, choiceOr, text, wholeNumber } from "../config/option.ts";
import { EXIT } from "../errors.ts";
import type { MasterListDiff } from "../glb/diff.ts";
import { codePageOf, CODE_PAGE_CHOICES } from "./code-page-option.ts";
import { defineCommand, type CliContext, type CommandResult } from "./command.ts";

/** As `diff` does: 1 for differences. The same number means "unexpected" elsewhere; here nothing unexpected prints a result. */
const DIFFERENT = EXIT.unexpected;

export const diffCommand = defineCommand({
  name: "diff",
  summary: "Show what importing B on top of A would add, change and remove",
  positionals: [
    { name: "a", describe: "A master list, or an extract (IMPORT -x) of the postoffice", required: true },
    { name: "b", describe: "The master list to import", required: true },
  ],
  options: {
    format: choiceOr("How to show it", ["table", "json", "html"], "table"),
    output: text("Write to FILE instead of the screen", { placeholder: "FILE", alias: "o" }),
    limit: wholeNumber("table: at most N entries of each list and kind; 0 for all", { fallback: 0 }),
    local: text("The importing postoffice: its own users are passed over", { placeholder: "NET/PO" }),
    "code-page": choice("Code page of the names; guessed when not given", CODE_PAGE_CHOICES),
  },
  exitStatus: [
    [EXIT.done, "no differences"],
    [DIFFERENT, "differences"],
    [EXIT.transfer, "a file cannot be opened, or the output not be written"],
    [EXIT.badFile, "a file is no master list and no import text, or is damaged"],
  ],
  examples: [
    ["resync diff OLD.GLB RESYNC.GLB", "what has changed since the last list"],
    ["resync diff EXTRACT.TXT RESYNC.GLB --local NET/PO", "what this import will do here"],
  ],
  async run({ format, output, limit, local, "code-page": codePage }, { a = "", b = "" }, cli) {
    const { openDiffSource } = await import("../glb/diff-source.ts");
    const { diffMasterLists } = await import("../glb/diff.ts");
    const { diffData } = await import("../glb/formats/diff-text.ts");
    const options = { codePage: codePageOf(codePage), signal: cli.signal };
    const left = await openDiffSource(resolve(cli.cwd, a), options);
    const right = await openDiffSource(resolve(cli.cwd, b), options);
    const diff = await diffMasterLists(left.changes, right.changes, { local });
    const end: CommandResult = {
      exitCode: diff.equal ? EXIT.done : DIFFERENT,
      outcome: diff.equal ? "equal" : "different",
      data: { a: left.kind, b: right.kind, ...diffData(diff) },
    };
    const show = () => shown(diff, { format, limit: limit || undefined, a: basename(a), b: basename(b) }, cli);
    if (output === undefined) return cli.json ? end : { ...end, text: await show() };
    const { writeTextFile } = await import("../glb/formats/write-file.ts");
    await writeTextFile(resolve(cli.cwd, output), [`${await show()}\n`]);
    return end;
  },
});

async function shown(
  diff: MasterListDiff,
  { format, limit, a, b }: { format: "table" | "json" | "html"; limit: number | undefined; a: string; b: string },
  cli: CliContext,
): Promise<string> {
  const { diffData, diffText } = await import("../glb/formats/diff-text.ts");
  const { diffPage } = await import("../glb/formats/diff-html.ts");
  switch (format) {
    case "table":
      return diffText(diff, { width: cli.style.width, limit });
    case "json":
      return JSON.stringify(diffData(diff), undefined, 2);
    case "html":
      return [...diffPage(diff, { a, b })].join("").trimEnd();
  }
}
