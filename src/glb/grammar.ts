import { parseAddress, takesTemplates } from "./address.ts";
import { parseEntryLine } from "./entry-line.ts";
import { problemList, type ProblemList } from "./problem.ts";
import type { TemplateField, TemplateValue, Transaction } from "./transaction-model.ts";

type Of<K extends Transaction["kind"]> = Extract<Transaction, { kind: K }>;

/** `A name<TAB>address`, then `-` lines. */
export function parseAdd(text: string): Of<"add"> {
  return { kind: "add", ...parseEntryAndDetails(text) };
}

/** `D name<TAB>address`, then `-` lines. */
export function parseDelete(text: string): Of<"delete"> {
  return { kind: "delete", ...parseEntryAndDetails(text) };
}

/** `M name<TAB>address`, a second line with the new name and address behind two blanks (Q117198), then `-` lines. */
export function parseModify(text: string): Of<"modify"> {
  const problems = problemList();
  const lines = splitLines(text);
  const entry = parseEntryLine(lines[0] ?? "", 1, problems);
  const second = lines[1];
  const hasSecond = second?.startsWith(" ") === true;
  const to = hasSecond ? parseEntryLine(second, 2, problems) : undefined;
  const details = parseDetails(lines, hasSecond ? 2 : 1, entry.address?.type, problems);
  if (to === undefined && details.length === 0)
    problems.add(47, 1, 1, "The change says neither a new name nor new details.");
  if (to === undefined && details.length > 0 && entry.address === undefined)
    problems.add(72, 1, 1, "A change of details alone needs the address too; it was never made to work without.");
  return { kind: "modify", entry, to, details, problems: problems.all };
}

/** `R PCM:NET/PO` or `R SMTP:`. */
export function parseReplace(text: string): Of<"replace"> {
  const problems = problemList();
  const lines = splitLines(text);
  const list = parseListLine(lines[0] ?? "", problems);
  if (lines.length > 1) problems.add(12, 2, 1, `"${lines[1] ?? ""}" stands behind a replace.`);
  return { kind: "replace", list, problems: problems.all };
}

/** `T PCM:NET/PO`, then one line a field. */
export function parseTemplate(text: string): Of<"template"> {
  const problems = problemList();
  const lines = splitLines(text);
  const list = parseListLine(lines[0] ?? "", problems);
  if (!takesTemplates(list.type)) problems.add(24, 1, 3, `${list.type} takes no template.`);
  const fields: TemplateField[] = [];
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string;
    if (!line.startsWith(" "))
      problems.add(12, index + 1, 1, `The template field "${line}" does not begin with a blank.`);
    const field = parseTemplateField(line);
    if (field === undefined) problems.add(21, index + 1, 1, `"${line}" is no template field.`);
    else fields.push(field);
    if (line.trim().length > MAX_FIELD_LINE)
      problems.add(0, index + 1, 1, `The template field "${line}" is longer than ${MAX_FIELD_LINE} characters.`);
  }
  if (fields.length > MAX_FIELDS) problems.add(0, 1, 1, `The template has more than ${MAX_FIELDS} fields.`);
  return { kind: "template", list, fields, problems: problems.all };
}

/** Characters of a template's line (Q87432, Q112913). */
const MAX_FIELD_LINE = 55;
/** Fields of a template, from IMPORT 3.5.22 on; older ones take fewer (Q148770). */
const MAX_FIELDS = 256;

/** `# anything`. */
export function parseComment(text: string): Of<"comment"> {
  return { kind: "comment", text, problems: [] };
}

/** Text that begins with none of the codes. */
export function parseUnknown(text: string): Of<"unknown"> {
  const problems = problemList();
  problems.add(13, 1, 1, `"${text.slice(0, 40)}" begins with none of A, D, M, R, T and #.`);
  return { kind: "unknown", text, problems: problems.all };
}

/** The lines of a text, whichever way they are parted; an empty last line is none. */
export function splitLines(text: string): string[] {
  if (text.indexOf("\n") < 0 && text.indexOf("\r") < 0) return [text];
  const lines = text.split(/\r\n|\n|\r/u);
  while (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * One ` Prompt:~start~width~class~default~` line, or `undefined` when it is none: start and width are numbers, the class consists of
 * U, N, L, P and A (Q87432).
 */
export function parseTemplateField(line: string): TemplateField | undefined {
  const parts = line.split("~");
  if (parts.length !== 6 || parts[5]?.trim() !== "") return undefined;
  const [label, start, width, type, fallback] = parts as [string, string, string, string, string];
  const prompt = label.trim();
  if (!prompt.endsWith(":") || !/^\d+$/u.test(start) || !/^\d+$/u.test(width) || !/^[UNLPA]+$/u.test(type))
    return undefined;
  return { prompt: prompt.slice(0, -1), start, width, class: type, fallback };
}

/**
 * One `- Prompt:/value` line, or `undefined` when it has no separator. `//` in the prompt is a literal slash (Q117198); a value that
 * itself begins with a slash can only be told from that when no other separator follows.
 */
export function parseTemplateValue(line: string): TemplateValue | undefined {
  const from = line[1] === " " || line[1] === "\t" ? 2 : 1;
  let at = line.indexOf("/", from);
  while (at >= 0 && line[at + 1] === "/") at = line.indexOf("/", at + 2);
  if (at < 0 || line[at - 1] !== ":") {
    at = line.indexOf(":/", from) + 1;
    if (at === 0) return undefined;
  }
  return { prompt: line.slice(from, at - 1).replaceAll("//", "/"), value: line.slice(at + 1) };
}

function parseEntryAndDetails(text: string): Omit<Of<"add">, "kind"> {
  const problems = problemList();
  const lines = splitLines(text);
  const entry = parseEntryLine(lines[0] as string, 1, problems);
  const details = lines.length === 1 ? NO_DETAILS : parseDetails(lines, 1, entry.address?.type, problems);
  return { entry, details, problems: problems.all };
}

const NO_DETAILS: readonly TemplateValue[] = [];

function parseDetails(lines: string[], from: number, type: string | undefined, problems: ProblemList): TemplateValue[] {
  const details: TemplateValue[] = [];
  for (let index = from; index < lines.length; index++) {
    const line = lines[index] as string;
    const detail = line.startsWith("-") ? parseTemplateValue(line) : undefined;
    if (detail !== undefined) details.push(detail);
    else if (line.startsWith("-")) problems.add(22, index + 1, 1, `"${line}" has no ":/" between prompt and value.`);
    else if (type === "MCI" || type === "FAX")
      problems.add(
        26,
        index + 1,
        1,
        `"${line}" stands on a line of its own: a blank or a tilde must take the line break's place.`,
      );
    else problems.add(12, index + 1, 1, `"${line}" does not begin with "-".`);
  }
  if (details.length > 0 && type !== undefined && !takesTemplates(type)) {
    problems.add(24, from + 1, 1, `${type} takes no template data.`);
  }
  return details;
}

function parseListLine(line: string, problems: ProblemList): Of<"replace">["list"] {
  const isParted = line[1] === " " || line[1] === "\t" || line.length === 1;
  if (!isParted) problems.add(23, 1, 2, "A blank or a tab must stand in column 2.");
  const from = isParted ? 2 : 1;
  const text = line.slice(from).trim();
  if (text === "") problems.add(17, 1, 3, "The line names no list.");
  const column = text === "" ? 0 : line.indexOf(text, from);
  return parseAddress(text, "list", (message, at, what) => {
    if (text !== "") problems.add(message, 1, column + at, what);
  });
}
