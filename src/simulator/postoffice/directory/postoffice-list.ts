import { formatAddress, type Address } from "../address.ts";
import type { PostofficeFiles } from "../files.ts";
import { ALIAS_TYPE, decodeNme, encodeNme, NME_SIZE } from "../records/names.ts";
import { getText, putText, recordsOf } from "../records/text.ts";
import type { KnownNode } from "./directory.ts";

const LIST = "NME/ADMIN.NME";
const SHADOW = "NME/ADMINSHD.NME";
const NETPO = "GLB/NETPO.GLB";
const NETPO_HEADER = 4;
const NETPO_SIZE = 43;

/** One alias of the postoffice list (ADMIN.NME) with the external address it stands for, if it is an external one (Q107767). */
export interface PostofficeAlias {
  readonly alias: string;
  readonly tid: number;
  /** `NET/PO/MAILBOX` in upper case; `undefined` for local users and groups. */
  readonly external: string | undefined;
}

/** Every alias of the postoffice list. */
export function postofficeAliases(files: PostofficeFiles): PostofficeAlias[] {
  const addresses = files.read(NETPO);
  return recordsOf(files.read(LIST), NME_SIZE).map((record) => {
    const { type, alias, tid, pointer } = decodeNme(record, 0);
    return { alias, tid, external: type === ALIAS_TYPE.external ? netpoAddress(addresses, pointer) : undefined };
  });
}

/** Adds an external alias: a NETPO.GLB record and an NME record that points at it. */
export function addPostofficeAlias(
  files: PostofficeFiles,
  alias: string,
  address: Address,
  node: KnownNode,
  tid: number,
): void {
  const pointer = files.size(NETPO);
  files.append(NETPO, encodeNetpo(node, address.user));
  const record = Buffer.alloc(NME_SIZE);
  encodeNme(record, 0, { type: ALIAS_TYPE.external, alias, tid, pointer });
  writeSorted(files, [...recordsOf(files.read(LIST), NME_SIZE), record]);
}

/** Takes away the external aliases of an address, or gives them another alias; true when there was one. */
export function changePostofficeAlias(files: PostofficeFiles, address: Address, alias: string | undefined): boolean {
  const addresses = files.read(NETPO);
  const wanted = addressKey(address);
  let changed = false;
  const records = recordsOf(files.read(LIST), NME_SIZE).flatMap((record) => {
    const name = decodeNme(record, 0);
    if (name.type !== ALIAS_TYPE.external || netpoAddress(addresses, name.pointer) !== wanted) return [record];
    changed = true;
    if (alias === undefined) return [];
    encodeNme(record, 0, { ...name, alias });
    return [record];
  });
  if (changed) writeSorted(files, records);
  return changed;
}

/** The list and its shadow stay the same size (Q132744). */
function writeSorted(files: PostofficeFiles, records: Buffer[]): void {
  const key = (record: Buffer): string => decodeNme(record, 0).alias.toUpperCase();
  const bytes = Buffer.concat(records.toSorted((one, other) => (key(one) < key(other) ? -1 : 1)));
  files.write(LIST, bytes);
  if (files.exists(SHADOW)) files.write(SHADOW, bytes);
}

/** 43 bytes: network, postoffice, mailbox, external mailbag (Q107767); the places are assumptions. */
function encodeNetpo(node: KnownNode, mailbox: string): Buffer {
  const bytes = Buffer.alloc(NETPO_SIZE);
  bytes[0] = 1;
  putText(bytes, 1, 11, node.network);
  putText(bytes, 12, 11, node.postoffice);
  putText(bytes, 23, 11, mailbox);
  putText(bytes, 34, 9, node.file);
  return bytes;
}

function netpoAddress(addresses: Buffer, pointer: number): string | undefined {
  if (pointer < NETPO_HEADER || pointer + NETPO_SIZE > addresses.length) return undefined;
  return [1, 12, 23].map((at) => getText(addresses, pointer + at, 11).toUpperCase()).join("/");
}

function addressKey(address: Address): string {
  return formatAddress(address)
    .replace(/^[^:]*:/u, "")
    .toUpperCase();
}
