import type { GlbRecord } from "../../../src/glb/record.ts";

const FIRST = ["Paul", "Bryan", "Mark", "Renée", "Jürgen", "Åsa", "María", "Tom", "Ingeborg", "Siân"];
const LAST = ["Smith", "Núñez", "Müller", "O'Neil", "van der Berg", "Li", "Fairweather", "Öst"];
const STAMP = Date.UTC(1997, 3, 7, 12, 13, 52) / 1000;

/** The texts of a master list as a DSS may write it: a header, lists of several postoffices, some with templates, gateways at the end. */
export function* peopleTexts(): Generator<string> {
  yield "# IMPSEQ=0000000003 REQSEQ=0000000017 SRVSEQ=0000000080";
  for (let index = 0; ; index++) {
    const postoffice = `PO${Math.floor(index / 40) + 1}`;
    if (index % 40 === 0) yield `R PCM:NORTH/${postoffice}`;
    if (index % 80 === 0) yield `T PCM:NORTH/${postoffice}\r\n Phone:~15~23~NP~~\r\n Room:~15~8~A~~`;
    const name = `${LAST[index % 8]}, ${FIRST[index % 10]}${index >= 80 ? ` ${index}` : ""}`;
    const details = index % 7 === 0 ? `\r\n- Phone:/(206) 635-${1000 + (index % 9000)}\r\n- Room:/${index}` : "";
    yield `A ${name}\tPCM:NORTH/${postoffice}/user${index}${details}`;
    if (index % 90 === 89) yield `A ${name}\tSMTP:user${index}@example.com`;
  }
}

/** Exactly `count` records with sync numbers that count up; small lists have neither header nor template. */
export function somePeople(count: number, firstSync = 1): GlbRecord[] {
  const records: GlbRecord[] = [];
  for (const text of peopleTexts()) {
    if (count <= 3 && /^[#T]/u.test(text)) continue;
    if (records.length >= count) break;
    const sync = firstSync + records.length;
    records.push({ sync, stamp: STAMP + Math.floor(sync / 50), text });
  }
  return records;
}
