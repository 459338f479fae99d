import { isKnownType, parseAddress } from "./address.ts";
import type { ProblemList } from "./problem.ts";
import type { Entry } from "./transaction-model.ts";

/** Longest full name, in characters (Q96001, Q96003 [72]). */
export const MAX_NAME = 30;
/** In fixed columns the name stands in columns 3–32, a blank in 33, the address from 34 on (Q104869); as indexes. */
const NAME_AT = 2;
const ADDRESS_AT = 33;

/**
 * Reads name and address from one line: column 1 the code (or a blank), column 2 a blank or tab, then either a tab between name and
 * address, or fixed columns. Where neither fits, as on lines whose blanks were lost, the first ` TYPE:` parts them, with a problem.
 */
export function parseEntryLine(line: string, lineNumber: number, problems: ProblemList): Entry {
  const isParted = line[1] === " " || line[1] === "\t";
  if (!isParted) problems.add(23, lineNumber, 2, "A blank or a tab must stand in column 2.");
  const tab = line.indexOf("\t", NAME_AT);
  const parted = tab >= 0 ? { nameTo: tab, addressFrom: tab + 1 } : partWithoutTab(line, lineNumber, problems);
  const name = line.slice(isParted ? NAME_AT : 1, parted.nameTo).trim();
  if (parted.runsOn !== true) checkName(name, lineNumber, problems);
  const addressText = line.slice(parted.addressFrom).trim();
  if (addressText === "") {
    // Whether the name or the address is what IMPORT misses is read from the messages' titles (Q96001, Q96002).
    const message = tab >= 0 || line.length > ADDRESS_AT ? 48 : 18;
    problems.add(message, lineNumber, line.length + 1, `No address stands behind the name "${name}".`);
    return { name, address: undefined };
  }
  const address = parseAddress(addressText, "address", (message, column, text) => {
    problems.add(message, lineNumber, line.indexOf(addressText, parted.addressFrom) + column, text);
  });
  return { name, address };
}

interface Parted {
  nameTo: number;
  addressFrom: number;
  /** True when nothing parts the name from the address, so that its length says nothing. */
  runsOn?: boolean;
}

function partWithoutTab(line: string, lineNumber: number, problems: ProblemList): Parted {
  if (line[NAME_AT] === " " && line.trim().length > 1) {
    problems.add(72, lineNumber, 3, "The name does not begin in column 3, and no tab parts it from the address.");
  }
  if (typeAt(line, ADDRESS_AT) && line[ADDRESS_AT - 1] !== " " && !hasType(line)) {
    problems.add(23, lineNumber, ADDRESS_AT, "A blank or a tab must stand in column 33.");
    return { nameTo: ADDRESS_AT, addressFrom: ADDRESS_AT, runsOn: true };
  }
  const inColumns = line[ADDRESS_AT - 1] === " " && ADDRESS_AT < line.length && line[ADDRESS_AT] !== " ";
  if (inColumns && (typeAt(line, ADDRESS_AT) || line.lastIndexOf("  ", ADDRESS_AT) >= NAME_AT || !hasType(line))) {
    return { nameTo: ADDRESS_AT - 1, addressFrom: ADDRESS_AT };
  }
  for (let blank = line.indexOf(" ", NAME_AT); blank >= 0; blank = line.indexOf(" ", blank + 1)) {
    if (!typeAt(line, blank + 1)) continue;
    const name = line.slice(NAME_AT, blank).trim();
    if (name.length <= MAX_NAME) {
      problems.add(
        72,
        lineNumber,
        blank + 2,
        `The address begins in column ${blank + 2}, not in column 34, and no tab parts it from the name.`,
      );
    }
    return { nameTo: blank, addressFrom: blank + 1 };
  }
  return { nameTo: line.length, addressFrom: line.length };
}

function hasType(line: string): boolean {
  for (let blank = line.indexOf(" ", NAME_AT); blank >= 0; blank = line.indexOf(" ", blank + 1)) {
    if (typeAt(line, blank + 1)) return true;
  }
  return false;
}

/** True when a documented address type and a colon stand at `at`. */
function typeAt(line: string, at: number): boolean {
  const colon = line.indexOf(":", at);
  return colon > at && colon - at <= 6 && isKnownType(line.slice(at, colon));
}

function checkName(name: string, lineNumber: number, problems: ProblemList): void {
  if (name === "") problems.add(46, lineNumber, 3, "The entry has no full name.");
  else if (name.length > MAX_NAME) {
    problems.add(72, lineNumber, 3, `The name "${name}" has ${name.length} characters; ${MAX_NAME} are allowed.`);
  } else if (CONTROL.test(name)) problems.add(21, lineNumber, 3, "The name holds control characters.");
  else checkCharacters(name, lineNumber, problems);
}

/** No message: IMPORT takes such names. What a DSS writes for a character that the code page lacks is undocumented; a question mark is usual. */
function checkCharacters(name: string, lineNumber: number, problems: ProblemList): void {
  const lost = name.search(/[\ufffd?]/u);
  if (lost < 0) return;
  const text = name.includes("\ufffd")
    ? `The name "${name}" holds bytes that mean nothing in this code page.`
    : `The "?" in the name "${name}" may stand for a character that the code page lacks.`;
  problems.add(0, lineNumber, lost + 3, text);
}

const CONTROL = /[\u0000-\u001f\u007f]/u;
