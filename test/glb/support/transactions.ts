import * as fc from "fast-check";
import type { Transaction } from "../../../src/glb/transaction.ts";

/** A word of letters and digits, as networks, postoffices and mailboxes are. */
export const word = (length: number) =>
  fc.string({ minLength: 1, maxLength: length, unit: fc.constantFrom(..."ABCxyz0189".split("")) });
/** A full name. */
export const name = fc
  .string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(..."ABCxyz ,.'é-#".split("")) })
  .map((text) => text.trim())
  .filter((text) => text !== "");
const path = fc.tuple(fc.constantFrom("PCM", "pcm", "CSI", "SNADS", "profs", "OV"), word(10), word(10), word(10));
const pathAddress = path.map(([spelled, network, postoffice, mailbox]) => ({
  type: spelled.toUpperCase(),
  spelled,
  value: `${network}/${postoffice}/${mailbox}`,
  path: { network, postoffice, mailbox },
}));
const plainAddress = fc
  .tuple(
    fc.constantFrom("SMTP", "x400", "MHS", "MCI", "MSMAIL"),
    fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(..."ab@./=;c:".split("")) }),
  )
  .map(([spelled, value]) => ({ type: spelled.toUpperCase(), spelled, value, path: undefined }));
const entry = fc.record({ name, address: fc.oneof(pathAddress, plainAddress) });
const pathEntry = fc.record({ name, address: pathAddress });
const list = path.map(([spelled, network, postoffice]) => ({
  type: spelled.toUpperCase(),
  spelled,
  value: `${network}/${postoffice}`,
  path: { network, postoffice, mailbox: "" },
}));
const prompt = fc
  .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."Phone #/".split("")) })
  .map((text) => text.trim())
  .filter((text) => text !== "");
const value = fc
  .string({ maxLength: 40, unit: fc.constantFrom(..."ab 1-,.:/".split("")) })
  .filter((text) => !text.startsWith("/") && !text.includes(":/"));
/** The lines of template data behind an entry. */
export const details = fc.array(fc.record({ prompt, value }), { maxLength: 4 });
const digits = fc.integer({ min: 0, max: 99 }).map(String);
const field = fc.record({
  prompt: prompt.filter((text) => !text.endsWith(":")),
  start: digits,
  width: digits,
  class: fc.constantFrom("A", "NP", "N"),
  fallback: fc.constantFrom("", "x"),
});

/** Transactions of all kinds to which IMPORT does not object. */
export const transaction: fc.Arbitrary<Transaction> = fc.oneof(
  entry.map((entry): Transaction => ({ kind: "add", entry, details: [], problems: [] })),
  fc.record({ entry: pathEntry, details }).map((parts): Transaction => ({ kind: "add", ...parts, problems: [] })),
  fc.record({ entry: pathEntry, details }).map((parts): Transaction => ({ kind: "delete", ...parts, problems: [] })),
  fc
    .record({ entry: pathEntry, to: pathEntry, details })
    .map((parts): Transaction => ({ kind: "modify", ...parts, problems: [] })),
  list.map((list): Transaction => ({ kind: "replace", list, problems: [] })),
  fc
    .record({ list, fields: fc.array(field, { maxLength: 5 }) })
    .map((parts): Transaction => ({ kind: "template", ...parts, problems: [] })),
);
