import iconv from "iconv-lite";
import { ResyncError } from "../../errors.ts";
import type { CodePage } from "../../glb/code-page.ts";
import type { DosArgument, DosCall } from "./import-runner.ts";

/** What DOS hands to a program behind its name, the leading blank counted; the rest is cut off without a word (measured in DOSBox). */
export const DOS_TAIL_MAX = 126;

/** The bytes behind the program's name, leading blank included. Throws `PREFLIGHT_REFUSED` for what DOS cannot pass on unchanged. */
export function dosTail(call: DosCall, codePage: CodePage): Buffer {
  for (const argument of call.args) checkArgument(call, argument, codePage);
  const tail = encodeDos(call.args.map((argument) => ` ${argument.text}`).join(""), codePage);
  if (tail.length > DOS_TAIL_MAX) {
    throw refused(
      call,
      `the command line is ${tail.length} characters long and DOS passes on no more than ${DOS_TAIL_MAX}; the rest would be cut off without a word`,
      "Use a shorter password or shorter file names.",
    );
  }
  return tail;
}

/** The drive the program will work on: the letter of its last `-d`, else M (Q95939). */
export function driveOf(call: DosCall): string {
  const letters = call.args.flatMap(({ text }) => /^-d([a-z]):?$/iu.exec(text)?.[1] ?? []);
  return (letters.at(-1) ?? "M").toUpperCase();
}

/** Throws `PREFLIGHT_REFUSED` when the program would work on another drive than the runner gives it. */
export function checkDrive(call: DosCall, driveLetter: string): void {
  const drive = driveOf(call);
  if (drive === driveLetter) return;
  throw refused(
    call,
    `it would work on drive ${drive}:, and the postoffice will stand on ${driveLetter}:`,
    `Pass -d${driveLetter}, or give the postoffice drive letter ${drive}.`,
  );
}

/** The program as an administrator would type it, secrets as `***`: `IMPORT.EXE admin -p*** -q -y -dM`. */
export function shownCommand(program: string, call: DosCall): string {
  return [program, ...call.args.map((argument) => argument.shown)].join(" ");
}

/** Text of a program in which secret arguments of its call are shown as `***`: a usage page may repeat the command line. */
export function hideSecrets(call: DosCall, text: string): string {
  return call.args.reduce((shown, argument) => shown.replaceAll(argument.text, argument.shown), text);
}

/** Text a DOS program wrote, its line ends as `\n`. */
export function decodeDos(bytes: Uint8Array, codePage: CodePage): string {
  return dosDecoder(codePage)(bytes);
}

/** The same for text that comes in pieces, which may end inside a character. */
export function dosDecoder(codePage: CodePage): (bytes: Uint8Array) => string {
  const decoder = iconv.getDecoder(`cp${codePage}`);
  return (bytes) => decoder.write(Buffer.from(bytes)).replaceAll("\r\n", "\n");
}

function encodeDos(text: string, codePage: CodePage): Buffer {
  return iconv.encode(text, `cp${codePage}`);
}

function checkArgument(call: DosCall, { text, shown }: DosArgument, codePage: CodePage): void {
  const named = `the argument ${shown}`;
  if (text === "") throw refused(call, "one of its arguments is empty", "Leave it out.");
  if (/[\s"]|\p{Cc}/u.test(text)) {
    throw refused(
      call,
      `${named} holds a blank, a quotation mark or a control character, at which a DOS program ends the argument`,
      "Set a password, or choose a file name, without them.",
    );
  }
  if (decodeDos(encodeDos(text, codePage), codePage) !== text) {
    throw refused(
      call,
      `${named} holds a character that code page ${codePage} does not have`,
      "Use only characters of the code page that the postoffice's administrators have on their machines.",
    );
  }
}

function refused(call: DosCall, why: string, hint: string): ResyncError {
  return new ResyncError("PREFLIGHT_REFUSED", {
    message: `${call.program} cannot be run: ${why}.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint,
  });
}
