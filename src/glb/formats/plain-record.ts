import { formatAddress, type Address } from "../address.ts";
import type { TransactionKind } from "../transaction.ts";
import type { InspectedRecord } from "./inspected.ts";

/** A record as plain data, the same in every format that shows records. Empty texts stand for what the record does not have. */
export interface PlainRecord {
  readonly offset: number;
  readonly sync: number | null;
  /** UTC, ISO 8601 to the second; that stamps count from 1970 UTC is an assumption. */
  readonly date: string;
  readonly kind: TransactionKind;
  /** Address type in upper case. */
  readonly type: string;
  readonly network: string;
  readonly postoffice: string;
  readonly mailbox: string;
  readonly name: string;
  readonly address: string;
  readonly newName: string;
  readonly newAddress: string;
  /** Template data, or a template's fields, one a line. */
  readonly details: string;
  /** The text of records that are neither entries nor lists. */
  readonly text: string;
  /** What IMPORT will object to, one a line, with its message number. */
  readonly problems: string;
  /** What is wrong with the record's bytes. */
  readonly fault: string;
}

/** Turns a record into plain data. */
export function plainRecord(record: InspectedRecord): PlainRecord {
  const { transaction } = record;
  return {
    ...NOTHING,
    offset: record.offset,
    sync: record.sync ?? null,
    date: stampText(record.stamp),
    kind: transaction.kind,
    ...partsOf(record),
    problems: transaction.problems
      .map(({ message, text }) => (message === 0 ? text : `[${message}] ${text}`))
      .join("\n"),
    fault: record.fault?.text ?? "",
  };
}

/** Seconds since 1970 as `1994-04-07T12:13:52Z`; empty for none. */
export function stampText(stamp: number | undefined): string {
  return stamp === undefined ? "" : `${new Date(stamp * 1000).toISOString().slice(0, 19)}Z`;
}

const NOTHING = {
  type: "",
  network: "",
  postoffice: "",
  mailbox: "",
  name: "",
  address: "",
  newName: "",
  newAddress: "",
  details: "",
  text: "",
};

function partsOf({ transaction, text }: InspectedRecord): Partial<PlainRecord> {
  switch (transaction.kind) {
    case "add":
    case "delete":
      return { ...entryParts(transaction.entry), details: detailLines(transaction.details) };
    case "modify":
      return {
        ...entryParts(transaction.entry),
        newName: transaction.to?.name ?? "",
        newAddress: transaction.to?.address === undefined ? "" : formatAddress(transaction.to.address),
        details: detailLines(transaction.details),
      };
    case "replace":
      return addressParts(transaction.list);
    case "template":
      return {
        ...addressParts(transaction.list),
        details: transaction.fields.map(({ prompt, width, class: type }) => `${prompt}: ${width} ${type}`).join("\n"),
      };
    case "comment":
    case "header":
    case "unknown":
      return { text };
  }
}

function entryParts(entry: { name: string; address: Address | undefined }): Partial<PlainRecord> {
  return { name: entry.name, ...(entry.address === undefined ? {} : addressParts(entry.address)) };
}

function addressParts(address: Address): Partial<PlainRecord> {
  return { type: address.type, ...address.path, address: formatAddress(address) };
}

function detailLines(details: readonly { prompt: string; value: string }[]): string {
  return details.map(({ prompt, value }) => `${prompt}: ${value}`).join("\n");
}
