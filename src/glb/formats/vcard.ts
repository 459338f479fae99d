import { formatAddress } from "../address.ts";
import type { TemplateValue, Transaction } from "../transaction.ts";
import type { InspectedItems } from "./inspected.ts";

/** Entries as vCard 3.0 (RFC 2426), one card an added address, to be written as UTF-8. */
export async function* vcardText(items: InspectedItems): AsyncGenerator<string> {
  for await (const batch of items) {
    let cards = "";
    for (const item of batch) {
      if (item.kind === "record" && item.transaction.kind === "add") cards += card(item.transaction);
    }
    yield cards;
  }
}

function card({ entry, details }: Extract<Transaction, { kind: "add" }>): string {
  const { name, address } = entry;
  const { family, given } = nameParts(name);
  const lines = ["BEGIN:VCARD", "VERSION:3.0", `FN:${escape(name)}`, `N:${escape(family)};${escape(given)};;;`];
  if (address !== undefined) {
    if (address.type === "SMTP") lines.push(`EMAIL;TYPE=INTERNET:${escape(address.value)}`);
    lines.push(`X-MSMAIL-ADDRESS:${escape(formatAddress(address))}`);
    if (address.path !== undefined)
      lines.push(`ORG:${escape(address.path.network)};${escape(address.path.postoffice)}`);
  }
  for (const detail of details) lines.push(detailLine(detail));
  lines.push("END:VCARD", "");
  return lines.flatMap(fold).join("\r\n");
}

/** Exchange and MS Mail sites write `Smith, Paul` or `Paul Smith`; the last word is the family name then. */
function nameParts(name: string): { family: string; given: string } {
  const comma = name.indexOf(",");
  if (comma > 0) return { family: name.slice(0, comma).trim(), given: name.slice(comma + 1).trim() };
  const blank = name.lastIndexOf(" ");
  return { family: name.slice(blank + 1), given: blank < 0 ? "" : name.slice(0, blank) };
}

function detailLine({ prompt, value }: TemplateValue): string {
  if (/phone/iu.test(prompt)) return `TEL;TYPE=VOICE:${escape(value)}`;
  if (/fax/iu.test(prompt)) return `TEL;TYPE=FAX:${escape(value)}`;
  if (/^title$/iu.test(prompt)) return `TITLE:${escape(value)}`;
  return `NOTE:${escape(`${prompt}: ${value}`)}`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\;,]/gu, String.raw`\$&`).replaceAll(/\r\n|\r|\n/gu, String.raw`\n`);
}

/** Lines of at most 75 bytes of UTF-8, continued with a blank; never within a character. */
function fold(line: string): string[] {
  const parts: string[] = [];
  let part = "";
  let size = 0;
  for (const character of line) {
    const width = Buffer.byteLength(character);
    if (size + width > 75) {
      parts.push(part);
      part = " ";
      size = 1;
    }
    part += character;
    size += width;
  }
  return [...parts, part];
}
