import { formatAddress } from "./address.ts";
import {
  parseAdd,
  parseComment,
  parseDelete,
  parseModify,
  parseReplace,
  parseTemplate,
  parseUnknown,
} from "./grammar.ts";
import { parseHeader } from "./header.ts";
import type { Entry, TemplateField, TemplateValue, Transaction } from "./transaction-model.ts";

export type { Entry, TemplateField, TemplateValue, Transaction, TransactionKind } from "./transaction-model.ts";

/** Reads one transaction: its lines parted by CR LF, LF or CR. Never throws; what is wrong is in `problems`. */
export function parseTransaction(text: string): Transaction {
  switch (text.charCodeAt(0)) {
    case A:
      return parseAdd(text);
    case D:
      return parseDelete(text);
    case M:
      return parseModify(text);
    case R:
      return parseReplace(text);
    case T:
      return parseTemplate(text);
    default: {
      const header = parseHeader(text);
      if (header !== undefined) return { kind: "header", text, header, problems: [] };
      return text.startsWith("#") ? parseComment(text) : parseUnknown(text);
    }
  }
}

const A = 0x41;
const D = 0x44;
const M = 0x4d;
const R = 0x52;
const T = 0x54;

/** The transaction as text, lines joined by CR LF, with a tab between name and address as queue records have it (Q96060). */
export function formatTransaction(transaction: Transaction): string {
  switch (transaction.kind) {
    case "add":
      return [`A ${formatEntry(transaction.entry)}`, ...transaction.details.map(formatDetail)].join("\r\n");
    case "delete":
      return [`D ${formatEntry(transaction.entry)}`, ...transaction.details.map(formatDetail)].join("\r\n");
    case "modify":
      return [
        `M ${formatEntry(transaction.entry)}`,
        ...(transaction.to === undefined ? [] : [`  ${formatEntry(transaction.to)}`]),
        ...transaction.details.map(formatDetail),
      ].join("\r\n");
    case "replace":
      return `R ${formatAddress(transaction.list)}`;
    case "template":
      return [`T ${formatAddress(transaction.list)}`, ...transaction.fields.map(formatField)].join("\r\n");
    case "comment":
    case "header":
    case "unknown":
      return transaction.text;
  }
}

function formatEntry(entry: Entry): string {
  return entry.address === undefined ? entry.name : `${entry.name}\t${formatAddress(entry.address)}`;
}

function formatDetail(detail: TemplateValue): string {
  return `- ${detail.prompt.replaceAll("/", "//")}:/${detail.value}`;
}

function formatField(field: TemplateField): string {
  return ` ${field.prompt}:~${field.start}~${field.width}~${field.class}~${field.fallback}~`;
}
