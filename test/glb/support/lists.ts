import { readMasterList, type MasterList } from "../../../src/glb/master-list.ts";
import { inspectItems, type InspectedItems, type Selection } from "../../../src/glb/formats/inspected.ts";
import type { Inside } from "../../../src/glb/summary-text.ts";
import { summarize } from "../../../src/glb/summary.ts";
import type { EncodeOptions } from "../../../src/glb/write.ts";
import { chunked, encodeAll } from "./bytes.ts";

const STAMP = Date.UTC(1997, 3, 7, 12, 13, 52) / 1000;

/** The bytes of a list with these texts, sync numbers from 1 on. */
export function encodeTexts(texts: readonly string[], options?: EncodeOptions): Promise<Buffer> {
  return encodeAll(
    texts.map((text, index) => ({ sync: index + 1, stamp: STAMP, text })),
    options,
  );
}

/** An opened list; throws when nothing can be read. */
export async function openBytes(bytes: Buffer, options = {}): Promise<MasterList> {
  const list = await readMasterList(chunked(bytes), options);
  if (list.finding === undefined) throw new Error(list.why);
  return list;
}

/** The records of a list with these texts, on their way into a format. */
export async function itemsOf(texts: readonly string[], selection?: Selection): Promise<InspectedItems> {
  return inspectItems(await openBytes(await encodeTexts(texts)), selection);
}

/** Everything known about a list with these texts. */
export async function insideOf(texts: readonly string[]): Promise<Inside> {
  const list = await openBytes(await encodeTexts(texts));
  return { summary: await summarize(list), layout: list.finding, codePage: list.codePage };
}

/** The parts of a text as one. */
export async function joined(parts: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const part of parts) text += part;
  return text;
}

/** A small list with something of everything. */
export const SAMPLE: readonly string[] = [
  "# IMPSEQ=0000000003 REQSEQ=0000000017 SRVSEQ=0000000080",
  "R PCM:NORTH/HARBOUR",
  "T PCM:NORTH/HARBOUR\r\n Phone:~15~23~NP~~\r\n Title:~15~20~A~~",
  'A Müller, Jürgen\tPCM:NORTH/HARBOUR/jmueller\r\n- Phone:/(206) 635-7022\r\n- Title:/Harbour, "Master"',
  "A =cmd|' /C calc'!A0\tPCM:NORTH/HARBOUR/formula",
  "A Paul <Smith> & Sons\tPCM:NORTH/HARBOUR/psmith",
  "R SMTP:",
  "A Renée Lefèvre\tSMTP:renee.lefevre@example.com",
  "A Åsa with a name much longer than thirty characters\tPCM:NORTH/HARBOUR/asa",
  "M Old, Name\tPCM:NORTH/HARBOUR/old\r\n  New, Name\tPCM:NORTH/HARBOUR/new",
  "D Gone, Person\tPCM:NORTH/HARBOUR/gone",
];
