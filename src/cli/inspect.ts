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
    problems: flag("Only records that IMPORT objects to by themselves, or that seem damaged"),
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
    const options = { codePage: codePageOf(values["code-page"]), signal: cli.signal };
    const selection = { ...options, ...values, limit: values.limit || undefined };
    const onlySome = values.records || values.problems || values.search !== undefined;
    const wantsRecords = onlySome || ONLY_RECORDS.includes(values.format);
    if (wantsRecords && values.html === undefined) return showRecords(path, selection, cli);
    const { inspectMasterList } = await import("../glb/inspect.ts");
    const inside = await inspectMasterList(path, options);
    if ("looked" in inside) return unreadable(path, inside);
    if (values.html !== undefined) await writePage(path, resolve(cli.cwd, values.html), inside, selection, cli);
    return wantsRecords ? showRecords(path, selection, cli) : overview(path, inside, values, cli);
  },
});

interface Values extends Omit<RecordOptions, "signal" | "codePage"> {
  readonly output?: string | undefined;
}

async function showRecords(path: string, values: Values & RecordOptions, cli: CliContext): Promise<CommandResult> {
  const { openMasterList, recordData, recordTexts } = await import("../glb/inspect.ts");
  const list = await openMasterList(path, values);
  if (list.finding === undefined) return unreadable(path, list);
  let damagedPlaces = 0;
  const onDamage: RecordOptions["onDamage"] = (damage) => {
    damagedPlaces++;
    const text = `${damage.length} bytes from byte ${damage.offset} on are no record: ${damage.why}.`;
    cli.reporter.emit({ type: "warning", text, facts: { ...damage } });
  };
  const selection = { ...values, onDamage, width: cli.style.width };
  const data: Record<string, unknown> = { file: path, format: values.format satisfies RecordFormat };
  if (values.output !== undefined) {
    const { writeTextFile } = await import("../glb/formats/write-file.ts");
    const encoding = values.format === "text" ? list.codePage.codePage : "utf8";
    await writeTextFile(resolve(cli.cwd, values.output), recordTexts(list, selection), encoding);
  } else if (cli.json) data["records"] = await recordData(list, selection);
  else for await (const text of recordTexts(list, selection)) cli.write(text);
  return result(damagedPlaces > 0, { ...data, damagedPlaces });
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
  inside: Inside,
  selection: RecordOptions,
  cli: CliContext,
): Promise<void> {
  const { masterListPage } = await import("../glb/inspect.ts");
  const { writeTextFile } = await import("../glb/formats/write-file.ts");
  await writeTextFile(target, masterListPage(path, basename(path), inside, selection));
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
