import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importLines } from "../../src/glb/formats/import-text.ts";
import { formatTransaction, parseTransaction } from "../../src/glb/transaction.ts";
import { details, name, transaction, word } from "./support/transactions.ts";

/** Texts printed in Knowledge Base articles, as they stand there. */
describe("transactions as printed", () => {
  it("A with a tab (Q96060)", () => {
    expect(parseTransaction("A able is he who knows his limit\tPCM:POLYNOMIAL/MONTGOMERY/able")).toEqual({
      kind: "add",
      entry: {
        name: "able is he who knows his limit",
        address: {
          type: "PCM",
          spelled: "PCM",
          value: "POLYNOMIAL/MONTGOMERY/able",
          path: { network: "POLYNOMIAL", postoffice: "MONTGOMERY", mailbox: "able" },
        },
      },
      details: [],
      problems: [],
    });
  });

  it("R (Q96060)", () => {
    expect(parseTransaction("R PCM:POLYNOMIAL/MONTGOMERY")).toMatchObject({
      kind: "replace",
      list: { type: "PCM", path: { network: "POLYNOMIAL", postoffice: "MONTGOMERY", mailbox: "" } },
      problems: [],
    });
  });

  it("T with fields, A with details (Q118447)", () => {
    const template =
      "T SNADS:SNADSGATE/SNADSDGN\r\n   Division:~15~25~A~~\r\n   Phone #:~15~23~NP~~\r\n   City/ST/Zip:~15~40~A~~";
    expect(parseTransaction(template)).toMatchObject({
      kind: "template",
      list: { type: "SNADS", path: { network: "SNADSGATE", postoffice: "SNADSDGN" } },
      fields: [
        { prompt: "Division", start: "15", width: "25", class: "A", fallback: "" },
        { prompt: "Phone #", start: "15", width: "23", class: "NP", fallback: "" },
        { prompt: "City/ST/Zip", start: "15", width: "40", class: "A", fallback: "" },
      ],
      problems: [],
    });
    const add =
      "A Doe, John D. SNADS:SNADSGATE/SNADSDGN/JOHNDOE\r\n- Division:/DIVISION 1\r\n- Phone #:/800 936 5900\r\n- City//ST//Zip:/Any City, Any State, 12345";
    expect(parseTransaction(add)).toMatchObject({
      kind: "add",
      entry: {
        name: "Doe, John D.",
        address: { path: { network: "SNADSGATE", postoffice: "SNADSDGN", mailbox: "JOHNDOE" } },
      },
      details: [
        { prompt: "Division", value: "DIVISION 1" },
        { prompt: "Phone #", value: "800 936 5900" },
        { prompt: "City/ST/Zip", value: "Any City, Any State, 12345" },
      ],
    });
  });

  it("fixed columns (Q118298, Q104869)", () => {
    const line = `A ${"User Number 1".padEnd(30)} PCM:NETWORK/POSTOFFICE/USER1`;
    expect(parseTransaction(line)).toMatchObject({
      entry: { name: "User Number 1", address: { value: "NETWORK/POSTOFFICE/USER1" } },
      problems: [],
    });
  });

  it("PODIAG's dummy (Q110496)", () => {
    expect(parseTransaction("# Dummy record installed by PODIAG.")).toMatchObject({ kind: "comment", problems: [] });
  });

  it("M with its second line (Q117198)", () => {
    expect(parseTransaction("M Old Name\tPCM:NET/PO/old\r\n  New Name\tPCM:NET/PO/new\r\n- Phone:/1")).toMatchObject({
      kind: "modify",
      entry: { name: "Old Name" },
      to: { name: "New Name", address: { path: { mailbox: "new" } } },
      details: [{ prompt: "Phone", value: "1" }],
      problems: [],
    });
  });
});

describe("what IMPORT will object to", () => {
  it.each<[string, number, number, number]>([
    ["A Paul", 18, 1, 7],
    ["A Paul\t", 48, 1, 8],
    [`A ${"Paul".padEnd(32)} `, 48, 1, 36],
    ["A \tPCM:NET/PO/BOX", 46, 1, 3],
    [`A ${"x".repeat(31)}\tPCM:NET/PO/BOX`, 72, 1, 3],
    ["APaul\tPCM:NET/PO/BOX", 23, 1, 2],
    ["A Paul\tPCM:NETWORKNAME/PO/BOX", 20, 1, 12],
    ["A Paul\tPCM:NET/PO/MAILBOXNAME", 20, 1, 19],
    ["A Paul\tPCM:N-T/PO/BOX", 69, 1, 12],
    ["A Paul\tPCM:NET/P.O/BOX", 70, 1, 16],
    ["A Paul\tPCM:NET/PO/B X", 71, 1, 19],
    ["A Paul\tPCM:NET/PO/", 81, 1, 19],
    ["A Paul\tPCM:NET", 17, 1, 15],
    ["A Paul\tPROFS:GATE", 19, 1, 18],
    ["A Paul\tPROFS:GATE/NODE/", 19, 1, 24],
    ["A Paul\tOV:GATE/NODE/", 17, 1, 21],
    ["A Paul\tSNADS:GATE/DGN", 19, 1, 22],
    ["A Paul\tCSI:NET/PO/", 81, 1, 19],
    ["A Paul\tMS:N-T/PO/BOX", 69, 1, 11],
    ["A Paul\tPCM:NET/PO/MÖbös", 71, 1, 19],
    [`A ${"x".repeat(31)}PCM:NET/PO/BOX`, 23, 1, 33],
    [`A  ${"Paul".padEnd(29)} PCM:NET/PO/BOX`, 72, 1, 3],
    [`A ${"Paul".padEnd(28)} PCM:NET/PO/BOX`, 72, 1, 32],
    [`A ${"Paul".padEnd(30)}  PCM:NET/PO/BOX`, 72, 1, 35],
    ["A Paul\tTELEX:123", 16, 1, 8],
    ["A Paul\tSMTP:", 43, 1, 13],
    ["A Paul\tSMTP:a@b\r\n- Phone:/1", 24, 2, 1],
    ["A Paul\tPCM:NET/PO/BOX\r\n- Phone 1", 22, 2, 1],
    ["A Paul\tPCM:NET/PO/BOX\r\nPhone:/1", 12, 2, 1],
    [`A Paul\tFAX:${"r".repeat(31)}~l~c~1`, 74, 1, 12],
    [`A Paul\tFAX:r~${"l".repeat(31)}~c~1`, 75, 1, 14],
    [`A Paul\tFAX:r~l~${"c".repeat(31)}~1`, 76, 1, 16],
    [`A Paul\tFAX:r~l~c~${"1".repeat(23)}`, 77, 1, 18],
    ["A Paul\tFAX:r~l~c~+1", 15, 1, 18],
    ["A Paul\tMCI:one\r\ntwo", 26, 2, 1],
    ["A Paul\tFAX:r~l~c~1~more", 26, 1, 20],
    ["A ?\u00d6zg\u00fcr\tPCM:NET/PO/BOX", 0, 1, 3],
    ["A Za\ufffd\tPCM:NET/PO/BOX", 0, 1, 5],
    ["RPCM:NET/PO", 23, 1, 2],
    ["R ", 17, 1, 3],
    ["R PCM:NET", 17, 1, 10],
    ["R SNADS:GATE", 17, 1, 13],
    ["R   PCM:NETWORKNAME/PO", 20, 1, 9],
    ["R PCM:NET/PO\r\n- Phone:/1", 12, 2, 1],
    ["T SMTP:", 24, 1, 3],
    ["T PCM:NET/PO\r\nPhone:~15~23~NP~~", 12, 2, 1],
    ["T PCM:NET/PO\r\n Phone:~15~wide~NP~~", 21, 2, 1],
    ["T PCM:NET/PO\r\n Phone:~15~23~X~~", 21, 2, 1],
    [`T PCM:NET/PO\r\n ${"Phone".repeat(9)}:~15~23~NP~~`, 0, 2, 1],
    ["T PCM:NET/PO\r\n Phone 12", 21, 2, 1],
    ["M Paul\tPCM:NET/PO/BOX", 47, 1, 1],
    ["M Paul\tPCM:NET/PO/BOX\r\n\tPaula\tPCM:NET/PO/BOX\r\n- Phone:/1", 12, 2, 1],
    ["Z Paul\tPCM:NET/PO/BOX", 13, 1, 1],
    ["A Doe, John D. SNADS:GATE/DGN/JOHN", 72, 1, 16],
  ])("%j: message %i in line %i, column %i", (text, message, line, column) => {
    expect(parseTransaction(text).problems).toEqual([
      { message, line, column, text: expect.stringMatching(/\.$/u) as string },
    ]);
  });

  it.each([
    "A $ystem\tPCM:NET/PO/$SYSTEM",
    "A X\tNET/PO/BOX",
    "R SMTP:",
    "D X\tX400:c=US;a=b",
    "A F\tFAX:r~l~c~1 206-5,5",
    "A\tPaul\tPCM:NET/PO/BOX",
    `A ${"Paul".padEnd(30)}\tPCM:NET/PO/BOX`,
    `A ${"x".repeat(30)} SMTP:a@b.c`,
    `A ${"Paul".padEnd(30)} NET/PO/BOX`,
    "M Paul\tPCM:NET/PO/BOX\r\n- Phone:/1",
    "A X\tMHS:user@host {net/po/user}",
    "A X\tMSMAIL:user@server",
    "A X\tMCI:user 123-4567",
    "A X\tSMTP:user:domain:org",
    "A X\tX400:/c=US/admd=MCI",
    "T PCM:NET/PO",
    "A Bj\u00f6rn\tpcm:NET/PO/bj\u00e5rn",
  ])("nothing in %j", (text) => {
    expect(parseTransaction(text).problems).toEqual([]);
  });
});

describe("reading and writing", () => {
  it("gives every transaction back", () => {
    fc.assert(
      fc.property(transaction, (transaction) => {
        expect(parseTransaction(formatTransaction(transaction))).toEqual(transaction);
      }),
      { numRuns: 3000 },
    );
  });

  it("gives every transaction back from fixed columns", () => {
    fc.assert(
      fc.property(transaction, (transaction) => {
        const lines = importLines(transaction);
        expect(lines).toMatch(/\r\n$/u);
        expect(lines).not.toContain("\t");
        expect(parseTransaction(lines)).toEqual(transaction);
      }),
      { numRuns: 3000 },
    );
  });

  it("finds one flaw where it stands, whatever stands around it", () => {
    fc.assert(
      fc.property(name, word(9), word(9), word(9), details, (name, network, postoffice, mailbox, details) => {
        const rest = details.map(({ prompt, value }) => `\r\n- ${prompt.replaceAll("/", "//")}:/${value}`).join("");
        const at = `A ${name}\tPCM:`.length + 1;
        const problems = (path: string) => parseTransaction(`A ${name}\tPCM:${path}${rest}`).problems;
        const column = at + network.length + 1;
        expect(problems(`${network}-/${postoffice}/${mailbox}`)).toMatchObject([{ message: 69, line: 1, column: at }]);
        expect(problems(`${network}/.${postoffice}/${mailbox}`)).toMatchObject([{ message: 70, line: 1, column }]);
        const last = column + postoffice.length + 1;
        expect(problems(`${network}/${postoffice}/${mailbox}_`)).toMatchObject([
          { message: 71, line: 1, column: last },
        ]);
        expect(problems(`${network}/${postoffice}/`)).toMatchObject([{ message: 81, line: 1, column: last }]);
        const long = mailbox.padEnd(11, "x");
        expect(problems(`${network}/${postoffice}/${long}`)).toMatchObject([{ message: 20, line: 1, column: last }]);
      }),
    );
  });

  it("never throws, and writing what was read of any text settles", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 120, unit: fc.constantFrom(..."ADMRT#- \t\r\n:/~PCMxé1".split("")) }),
        (text) => {
          const once = formatTransaction(parseTransaction(text));
          expect(formatTransaction(parseTransaction(once))).toBe(once);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
