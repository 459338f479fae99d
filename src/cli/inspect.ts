import { basename, resolve } from "node:path";
import { choice, choiceOr, flag, text, wholeNumber } from "../config/option.ts";
import { EXIT } from "../errors.ts";
import { defineCommand, type CliContext, type CommandResult } from "./command.ts";
import { codePageOf, CODE_PAGE_CHOICES } from "./code-page-option.ts";
import type { RecordFormat, RecordOptions } from "../glb/inspect.ts";
import type { Inside } from "../glb/summary-text.ts";
import type { Unreadable } from "../glb/master-list.ts";

/** Formats that have no overview, only records. */
const ONLY_RECORDS: readonly string[] = ["csv", "listq", "text", "ldif", "vcard"];

export const inspectCommand = defineCommand({
  name: "inspect",
  summary: "Show what is inside a Resync.glb",
  positionals: [{ name: "file", describe: "A Resync.glb, or any *TRANS.GLB queue file", required: true }],
  options: {
    records: flag("Show every record instead of the overview", { alias: "r" }),
    search: text("Only records that hold TEXT, in any case", { placeholder: "TEXT" }),
    limit: wholeNumber("At most N records; 0 for all", { fallback: 0 }),
    format: choiceOr(
      "table, json; csv; listq (as LISTQ -c -t); text (for IMPORT -f); ldif; vcard",
      ["table", "json", "csv", "listq", "text", "ldif", "vcard"],
      "table",
    ),
    output: text("Write to FILE; text in the list's code page, all else in UTF-8", { placeholder: "FILE", alias: "o" }),
    html: text("Write a page to look at and search in to FILE", { placeholder: "FILE" }),
    "code-page": choice("Code page of the names; guessed when not given", CODE_PAGE_CHOICES),
    bom: flag("csv: for spreadsheets: a byte order mark, and no text taken for a formula"),
    base: text("ldif: the entry under which all others hang (dc=msmail)", { placeholder: "DN" }),
  },
  exitStatus: [
    [EXIT.done, "read to the end"],
    [EXIT.transfer, "the file cannot be opened, or the output not be written"],
    [EXIT.badFile, "no master list, or one that is cut off or damaged"],
  ],
  examples: [
    ["resync inspect RESYNC.GLB", "numbers, lists, problems, what IMPORT will do"],
    ["resync inspect RESYNC.GLB --search smith", "every record about Smith"],
    ["resync inspect RESYNC.GLB --format csv --bom -o list.csv", "for a spreadsheet"],
  ],
  async run(values, { file = "" }, cli) {
    const path = resolve(cli.cwd, file);
    const { inspectMasterList } = await import("../glb/inspect.ts");
    const options = { codePage: codePageOf(values["code-page"]), signal: cli.signal };
    if (values.html !== undefined) await writePage(path, resolve(cli.cwd, values.html), options, values, cli);
    const wantsRecords = values.records || values.search !== undefined || ONLY_RECORDS.includes(values.format);
    if (wantsRecords && !cli.json)
      return showRecords(path, { ...options, ...values, limit: values.limit || undefined }, cli);
    const inside = await inspectMasterList(path, options);
    return "looked" in inside ? unreadable(path, inside) : overview(path, inside, values, cli);
  },
});

interface Values extends Omit<RecordOptions, "signal" | "codePage"> {
  readonly output?: string | undefined;
}

async function showRecords(path: string, values: Values & RecordOptions, cli: CliContext): Promise<CommandResult> {
  const { openMasterList, recordTexts } = await import("../glb/inspect.ts");
  const list = await openMasterList(path, values);
  if (list.finding === undefined) return unreadable(path, list);
  let damaged = 0;
  const texts = recordTexts(list, {
    ...values,
    onDamage: (damage) => {
      damaged++;
      const text = `${damage.length} bytes from byte ${damage.offset} on are no record: ${damage.why}.`;
      cli.reporter.emit({ type: "warning", text, facts: { ...damage } });
    },
  });
  if (values.output === undefined) for await (const text of texts) cli.write(text);
  else {
    const { writeTextFile } = await import("../glb/formats/write-file.ts");
    await writeTextFile(
      resolve(cli.cwd, values.output),
      texts,
      values.format === "text" ? list.codePage.codePage : "utf8",
    );
  }
  return result(damaged > 0, { file: path, format: values.format satisfies RecordFormat, damagedPlaces: damaged });
}

async function overview(path: string, inside: Inside, values: Values, cli: CliContext): Promise<CommandResult> {
  const { listWarnings } = await import("../glb/warnings.ts");
  const { overviewData, overviewJson } = await import("../glb/formats/json.ts");
  const { overviewText } = await import("../glb/formats/overview.ts");
  const shown = values.format === "json" ? overviewJson(inside) : `${overviewText(inside, cli.style)}\n`;
  const data = { file: path, ...overviewData(inside), warnings: listWarnings(inside) };
  const end = result(inside.summary.damage.count > 0, data);
  if (values.output === undefined) return { ...end, text: shown.trimEnd() };
  const { writeTextFile } = await import("../glb/formats/write-file.ts");
  await writeTextFile(resolve(cli.cwd, values.output), [shown]);
  return end;
}

async function writePage(
  path: string,
  target: string,
  options: { codePage: RecordOptions["codePage"]; signal: AbortSignal },
  { search, limit }: { search: string | undefined; limit: number },
  cli: CliContext,
): Promise<void> {
  const { masterListPage } = await import("../glb/inspect.ts");
  const { writeTextFile } = await import("../glb/formats/write-file.ts");
  const page = masterListPage(path, basename(path), { ...options, search, limit: limit || undefined });
  await writeTextFile(target, page);
  cli.reporter.emit({ type: "note", text: `Wrote ${target}.`, facts: { page: target } });
}

function result(damaged: boolean, data: Record<string, unknown>): CommandResult {
  return { exitCode: damaged ? EXIT.badFile : EXIT.done, outcome: damaged ? "damaged" : "inspected", data };
}

function unreadable(path: string, { looked, why }: Unreadable): CommandResult {
  return {
    exitCode: EXIT.badFile,
    outcome: "unreadable",
    data: { file: path, readable: false, looked, why },
    text: `${path} cannot be read as a master list: ${why}.\n${looked.toLocaleString("en")} bytes were looked at. The layout of Resync.glb is not public, so it may be one nevertheless;\npush and import carry it as it is.`,
  };
}
