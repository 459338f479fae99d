import { readFile } from "node:fs/promises";
import { GATEWAY_TYPES } from "../postoffice/layout.ts";
import { findFile, type Postoffice } from "../postoffice/postoffice.ts";
import { wasWritten, type PostofficeState } from "../snapshot/state.ts";

/** A list that the master list brings, as far as it could be read. */
export interface ExpectedList {
  /** As its R line names it: `PCM:NET/PO`, `SMTP:`. */
  readonly list: string;
  /** Its A lines. */
  readonly addresses: number;
}

/** Where an expected list stands in the postoffice, and what became of it. */
export interface ListFinding extends ExpectedList {
  /** Key of the file that holds it, `USR/0000001A.USR`; `undefined` when no such list is defined here. */
  readonly file: string | undefined;
  /** Entries in that file now. */
  readonly entries: number | undefined;
  readonly written: boolean;
}

/**
 * Looks up every expected list: postoffices through NETWORK.GLB and XTN (Q148666), gateways by their pair of files (Q119240). Lists of other types
 * (SNADS, PROFS, OV) are left out: how their files are found is not documented.
 */
export async function findLists(
  postoffice: Postoffice,
  expected: readonly ExpectedList[],
  before: PostofficeState,
  after: PostofficeState,
): Promise<ListFinding[]> {
  const files = await postofficeLists(postoffice);
  return expected.flatMap(({ list, addresses }) => {
    const [type = "", name = ""] = splitOnce(list.toUpperCase(), ":");
    const gateway = GATEWAY_TYPES.find((known) => known === type);
    if (type !== "PCM" && gateway === undefined) return [];
    const file = gateway === undefined ? files.get(name) : `NME/${gateway}.NME`;
    const now = file === undefined ? undefined : after.get(file);
    const record = gateway === undefined ? 53 : 45;
    return [
      {
        list,
        addresses,
        file: now?.key,
        entries: now && now.size / record,
        written: file !== undefined && wasWritten(before.get(file), now),
      },
    ];
  });
}

/** Postoffices by `NET/PO`, upper case, with the key of their list. Empty when a file cannot be read: then nothing is known. */
async function postofficeLists(postoffice: Postoffice): Promise<Map<string, string>> {
  const lists = new Map<string, string>();
  for (const network of records(await readIfThere(postoffice, "GLB", "NETWORK.GLB"), 122)) {
    if (network[0] !== 1) continue;
    const name = text(network, 2, 11);
    const xtn = await readIfThere(postoffice, "XTN", `${text(network, 0x0d, 8)}.XTN`);
    for (const po of records(xtn, 698)) lists.set(`${name}/${text(po, 1, 11)}`, `USR/${text(po, 0x0c, 8)}.USR`);
  }
  return lists;
}

async function readIfThere(postoffice: Postoffice, folder: "GLB" | "XTN", name: string): Promise<Buffer> {
  const path = await findFile(postoffice, folder, name);
  return path === undefined ? Buffer.alloc(0) : readFile(path);
}

function records(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** NUL-padded text, upper case: names go by no case. */
function text(record: Buffer, offset: number, length: number): string {
  return (record.toString("latin1", offset, offset + length).split("\0")[0] ?? "").trim().toUpperCase();
}

function splitOnce(whole: string, separator: string): string[] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole] : [whole.slice(0, at), whole.slice(at + separator.length)];
}
