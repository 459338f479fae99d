import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkDrive,
  decodeDos,
  DOS_TAIL_MAX,
  dosTail,
  driveOf,
  hideSecrets,
  shownCommand,
} from "../../../src/import/runner/dos-command-line.ts";
import { type DosArgument, type DosCall, plain, secretArgument } from "../../../src/import/runner/import-runner.ts";

const call = (...args: (string | DosArgument)[]): DosCall => ({
  program: "IMPORT",
  args: args.map((argument) => (typeof argument === "string" ? plain(argument) : argument)),
});
const refusal = (words: string) =>
  expect.objectContaining({ code: "PREFLIGHT_REFUSED", message: expect.stringContaining(words) as string }) as Error;

describe("the command tail", () => {
  it("is what DOS hands on: a blank before each argument, in the code page's bytes", () => {
    expect(dosTail(call("admin", secretArgument("-p", "Büro"), "-dM"), 850)).toEqual(
      Buffer.from(" admin -pB\x81ro -dM", "latin1"),
    );
    expect(dosTail(call("Ø"), 850)).toEqual(Buffer.from(" \x9d", "latin1"));
  });

  it("may be 126 characters long and no more, for DOS cuts it off", () => {
    expect(dosTail(call("x".repeat(DOS_TAIL_MAX - 1)), 850)).toHaveLength(DOS_TAIL_MAX);
    expect(() => dosTail(call("x".repeat(DOS_TAIL_MAX)), 850)).toThrow(refusal("127 characters long"));
  });

  it.each([
    ["a blank", "open sesame"],
    ["a tab", "open\tsesame"],
    ["a quotation mark", 'open"sesame'],
    ["a control character", "open\u001bsesame"],
  ])("refuses %s in a password without showing the password", (_, password) => {
    expect(() => dosTail(call(secretArgument("-p", password)), 850)).toThrow(refusal("-p***"));
    expect(() => dosTail(call(secretArgument("-p", password)), 850)).not.toThrow(/sesame/u);
  });

  it("refuses what the code page does not have, and what is empty", () => {
    expect(() => dosTail(call("Ø"), 437)).toThrow(refusal("code page 437"));
    expect(() => dosTail(call("Ж"), 850)).toThrow(refusal("code page 850"));
    expect(() => dosTail(call(""), 850)).toThrow(refusal("empty"));
  });

  it("never loses a character of what it accepts", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(437 as const, 850 as const),
        (args, page) => {
          let tail;
          try {
            tail = dosTail(call(...args), page);
          } catch (error) {
            expect(error).toMatchObject({ code: "PREFLIGHT_REFUSED" });
            return;
          }
          expect(decodeDos(tail, page).slice(1).split(" ")).toEqual(args);
        },
      ),
    );
  });
});

describe("the drive", () => {
  it.each([
    ["M", ["-q"]],
    ["P", ["-dP"]],
    ["P", ["-dp:"]],
    ["N", ["-dM", "-DN"]],
    ["M", ["-description"]],
  ])("is %s for %s", (letter, args) => expect(driveOf(call(...args))).toBe(letter));

  it("must be the one the postoffice is given", () => {
    checkDrive(call("-dP"), "P");
    expect(() => checkDrive(call("-q"), "P")).toThrow(refusal("it would work on drive M:"));
  });
});

it("shows a command and its screen without secrets", () => {
  const secret = call("admin", secretArgument("-p", "sesame"));
  expect(shownCommand("IMPORT.EXE", secret)).toBe("IMPORT.EXE admin -p***");
  expect(hideSecrets(secret, "usage: admin -psesame\n")).toBe("usage: admin -p***\n");
});
