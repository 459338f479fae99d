import { parseTemplateField } from "../../../glb/grammar.ts";
import type { TemplateField } from "../../../glb/transaction.ts";
import type { PostofficeFiles } from "../files.ts";
import { decodeText, encodeText } from "../records/text.ts";

/** Reads field lines, `Prompt:~start~width~class~default~` (Q87432); lines that are no fields are left out. */
export function templateOf(lines: readonly string[]): TemplateField[] {
  return lines.flatMap((line) => parseTemplateField(line) ?? []);
}

/** The template of a list's TPL file, no fields when there is none. */
export function readTemplate(files: PostofficeFiles, file: string): TemplateField[] {
  return templateOf(decodeText(files.readIfAny(`TPL/${file}.TPL`)).split("\r"));
}

/** Writes a TPL file: fields ended by CR (Q87432). */
export function writeTemplate(files: PostofficeFiles, file: string, template: readonly TemplateField[]): void {
  const lines = template.map(
    (field) => `${field.prompt}:~${field.start}~${field.width}~${field.class}~${field.fallback}~\r`,
  );
  files.write(`TPL/${file}.TPL`, encodeText(lines.join("")));
}

/** Bytes of one INF record: the template dictates them (Q77926); that it is the sum of the widths is an assumption. */
export function infoSize(template: readonly TemplateField[]): number {
  return template.reduce((sum, field) => sum + widthOf(field), 0);
}

/** One INF record: values side by side, cut to their widths, NUL-padded (assumption). */
export function encodeInfo(template: readonly TemplateField[], values: readonly string[]): Buffer {
  const bytes = Buffer.alloc(infoSize(template));
  let at = 0;
  template.forEach((field, index) => {
    bytes.set(encodeText(values[index] ?? "").subarray(0, widthOf(field)), at);
    at += widthOf(field);
  });
  return bytes;
}

export function decodeInfo(template: readonly TemplateField[], bytes: Buffer): string[] {
  let at = 0;
  return template.map((field) => {
    const value = decodeText(bytes.subarray(at, at + widthOf(field))).replace(/\0+$/u, "");
    at += widthOf(field);
    return value;
  });
}

function widthOf(field: TemplateField): number {
  return /^\d{1,3}$/u.test(field.width) ? Number(field.width) : 0;
}
