import type { Address as ReadAddress } from "../../glb/address.ts";
import { parseTransaction, type Entry, type TemplateField, type TemplateValue } from "../../glb/transaction.ts";
import { GATEWAY_TYPES, NODE_TYPES, type Address } from "./address.ts";

/** A name and its address. */
export interface NamedAddress {
  readonly alias: string;
  readonly address: Address;
}

/** One transaction as IMPORT acts on it. */
export type Transaction =
  | { readonly code: "A" | "D"; readonly name: NamedAddress; readonly details: readonly TemplateValue[] }
  /** `to` is `name` itself where the second line is left out: only the details change (Q159308; disputed by Q127918). */
  | {
      readonly code: "M";
      readonly name: NamedAddress;
      readonly to: NamedAddress;
      readonly details: readonly TemplateValue[];
    }
  | { readonly code: "R"; readonly address: Address }
  | { readonly code: "T"; readonly address: Address; readonly fields: readonly TemplateField[] };

/** A transaction that cannot be used: the number of IMPORT's message (Q96001–Q96003) and what it is about. */
export interface BadTransaction {
  readonly code: "bad";
  readonly modify: boolean;
  readonly message: number;
  readonly about: string;
}

/** A comment, a dummy or the header: passed over. */
export interface Remark {
  readonly code: "#";
}

/** Reads one transaction of one or more lines; never throws. */
export function readTransaction(text: string): Transaction | BadTransaction | Remark {
  const parsed = parseTransaction(text);
  const problem = parsed.problems.find(({ message }) => message > 0);
  const bad = (message: number): BadTransaction => {
    return { code: "bad", modify: parsed.kind === "modify", message, about: text.split(/[\r\n]/u, 1)[0] ?? "" };
  };
  if (problem !== undefined) return bad(problem.message);
  switch (parsed.kind) {
    case "comment":
    case "header":
      return { code: "#" };
    case "unknown":
      return bad(13);
    case "replace":
    case "template": {
      const address = addressOf(parsed.list);
      if (address === undefined) return bad(16);
      return parsed.kind === "replace" ? { code: "R", address } : { code: "T", address, fields: parsed.fields };
    }
    case "add":
    case "delete": {
      const name = nameOf(parsed.entry);
      if (name === undefined) return bad(16);
      return { code: parsed.kind === "add" ? "A" : "D", name, details: parsed.details };
    }
    case "modify": {
      const name = nameOf(parsed.entry);
      const to = parsed.to === undefined ? name : nameOf(parsed.to);
      return name === undefined || to === undefined ? bad(16) : { code: "M", name, to, details: parsed.details };
    }
  }
}

/** The address of a transaction: its only one, or the one of the name it begins with. */
export function subjectOf(transaction: Transaction): Address {
  return "name" in transaction ? transaction.name.address : transaction.address;
}

/** True for what IMPORT acts on. */
export function isUsable(transaction: Transaction | BadTransaction | Remark): transaction is Transaction {
  return transaction.code !== "#" && transaction.code !== "bad";
}

function nameOf(entry: Entry): NamedAddress | undefined {
  const address = entry.address === undefined ? undefined : addressOf(entry.address);
  return address === undefined ? undefined : { alias: entry.name, address };
}

/** `undefined` for a type this postoffice program does not know, such as Exchange's MS. */
function addressOf({ type, value, path }: ReadAddress): Address | undefined {
  const gateway = GATEWAY_TYPES.find((known) => known === type);
  if (gateway !== undefined) return { list: { kind: "gateway", type: gateway }, user: value };
  const node = NODE_TYPES.find((known) => known === type);
  if (node === undefined || path === undefined) return undefined;
  const { network, postoffice, mailbox } = path;
  return { list: { kind: "node", type: node, network, postoffice }, user: mailbox };
}
