import type { ProblemAt } from "./problem.ts";

/** A mail address as the import grammar writes it: `PCM:NET/PO/MAILBOX`, `SMTP:user@host`. */
export interface Address {
  /** The type in upper case; MS Mail writes upper, Exchange lower case, and readers must not care (Q157712). */
  readonly type: string;
  /** The type as it stands in the file; empty when it is left out, which means PCM (Q140944). */
  readonly spelled: string;
  /** Everything behind the type's colon. */
  readonly value: string;
  /** The three elements of the types that have them (PCM, CSI, MS, PROFS, OV, SNADS), as far as they are there. */
  readonly path: AddressPath | undefined;
}

/** Network, postoffice and mailbox; gateway, node and user id for PROFS and OV; gateway, DGN and DEN for SNADS (Q94410). */
export interface AddressPath {
  readonly network: string;
  readonly postoffice: string;
  readonly mailbox: string;
}

/** Types whose addresses have three elements of up to 10 characters (Q118621, Q94410). */
const PATH_TYPES = new Set(["PCM", "CSI", "MS", "PROFS", "OV", "SNADS"]);
/** Types that take an address in a form of their own; no templates for them (Q96001 [24], Q118321). */
const PLAIN_TYPES = new Set(["SMTP", "X400", "MHS", "MCI", "FAX", "MSMAIL"]);
/** Types whose elements are MS Mail names: letters and digits only (Q96003 [69]–[71]). */
const NAMED_TYPES = new Set(["PCM", "CSI", "MS"]);
/** Mailboxes with a meaning of their own (Q77926, Q96060). */
const SPECIAL_MAILBOXES = new Set(["$SYSTEM", "*SPECIAL"]);

/** Longest network, postoffice and mailbox name, in characters (Q96001 [20]). */
export const MAX_ELEMENT = 10;

/** True for every documented address type, in any case. */
export function isKnownType(type: string): boolean {
  const upper = type.toUpperCase();
  return PATH_TYPES.has(upper) || PLAIN_TYPES.has(upper);
}

/** True when template lines may follow an address of this type (upper case). */
export function takesTemplates(type: string): boolean {
  return !PLAIN_TYPES.has(type);
}

/**
 * Reads one address. What IMPORT will object to is told to `problem` with the number of its message; `wants` says whether a whole
 * address is expected, or the name of a list as in `R PCM:NET/PO` and `R SMTP:`.
 */
export function parseAddress(text: string, wants: "address" | "list", problem: ProblemAt): Address {
  const colon = text.indexOf(":");
  const spelled = colon > 0 && /^[A-Za-z][A-Za-z0-9]{0,9}$/u.test(text.slice(0, colon)) ? text.slice(0, colon) : "";
  const type = spelled === "" ? "PCM" : spelled.toUpperCase();
  const value = spelled === "" ? text : text.slice(colon + 1);
  const from = text.length - value.length + 1;
  if (!PATH_TYPES.has(type)) {
    if (!PLAIN_TYPES.has(type)) problem(16, 1, `Unknown address type "${spelled}".`);
    else if (wants === "address") checkPlain(type, value, from, problem);
    return { type, spelled, value, path: undefined };
  }
  const path = splitPath(value);
  const end = from + value.length;
  checkPath(type, path, wants, from, (message, column, text) => problem(message, Math.min(column, end), text));
  return { type, spelled, value, path };
}

/** The address as the import grammar writes it. */
export function formatAddress(address: Address): string {
  return address.spelled === "" ? address.value : `${address.spelled}:${address.value}`;
}

/** The list an address stands in, in one spelling: `PCM:NET/PO`, `SNADS:GATEWAY/DGN`, `SMTP:`. */
export function listOf(address: Address): string {
  const { type, path } = address;
  return path === undefined ? `${type}:` : `${type}:${path.network}/${path.postoffice}`.toUpperCase();
}

function splitPath(value: string): AddressPath {
  const first = value.indexOf("/");
  if (first < 0) return { network: value, postoffice: "", mailbox: "" };
  const second = value.indexOf("/", first + 1);
  const network = value.slice(0, first);
  if (second < 0) return { network, postoffice: value.slice(first + 1), mailbox: "" };
  return { network, postoffice: value.slice(first + 1, second), mailbox: value.slice(second + 1) };
}

function checkPath(type: string, path: AddressPath, wants: "address" | "list", from: number, problem: ProblemAt): void {
  const { network, postoffice, mailbox } = path;
  const second = from + network.length + 1;
  const third = second + postoffice.length + 1;
  if (network === "" || postoffice === "") {
    // A list of PROFS or SNADS may be named by its gateway alone; IMPORT wants one R a node or DGN (Q112285), so that is a problem too.
    const message = type === "PROFS" ? 19 : 17;
    problem(message, network === "" ? from : second, "The address ends before its postoffice (or node).");
    return;
  }
  if (network.length > MAX_ELEMENT) problem(20, from, `"${network}" is longer than ${MAX_ELEMENT} characters.`);
  if (postoffice.length > MAX_ELEMENT) problem(20, second, `"${postoffice}" is longer than ${MAX_ELEMENT} characters.`);
  if (mailbox.length > MAX_ELEMENT) problem(20, third, `"${mailbox}" is longer than ${MAX_ELEMENT} characters.`);
  if (wants === "address" && mailbox === "") {
    problem(NO_THIRD[type] ?? 81, third, `The address has no ${NAMED_TYPES.has(type) ? "mailbox name" : "user id"}.`);
  }
  if (!NAMED_TYPES.has(type)) return;
  if (NOT_IN_NAME.test(network)) problem(69, from, `The network "${network}" holds more than letters and digits.`);
  if (NOT_IN_NAME.test(postoffice)) {
    problem(70, second, `The postoffice "${postoffice}" holds more than letters and digits.`);
  }
  if (NOT_IN_MAILBOX.test(mailbox) && !SPECIAL_MAILBOXES.has(mailbox.toUpperCase())) {
    problem(71, third, `The mailbox "${mailbox}" holds more than letters and digits.`);
  }
}

/** The 32 ASCII symbols; a blank is not among them (Q91044). */
const NOT_IN_NAME = /[\u0001-\u001f!-/:-@[-`{-\u007f]/u;
/** Codes 1–47, 58–64, 91–96, 123–127, the blank among them, and 145–148 (Q199676), which are æ, Æ, ô and ö in code pages 437 and 850. */
const NOT_IN_MAILBOX = /[\u0001-/:-@[-`{-\u007fæÆôö]/u;
/** The message for an address that ends before its last element: OV is named under 17, PROFS under 19 (Q96001); SNADS is taken to be like PROFS. */
const NO_THIRD: Readonly<Record<string, number>> = { OV: 17, PROFS: 19, SNADS: 19 };

/** FAX: recipient, location, company, phone (Q96003 [74]–[77]). */
const FAX_FIELDS = [
  { name: "recipient", longest: 30, message: 74 },
  { name: "location", longest: 30, message: 75 },
  { name: "company", longest: 30, message: 76 },
  { name: "phone number", longest: 22, message: 77 },
] as const;

function checkPlain(type: string, value: string, from: number, problem: ProblemAt): void {
  if (value === "") {
    problem(43, from, `The ${type} entry has no physical address.`);
    return;
  }
  if (type !== "FAX") return;
  let column = from;
  value.split("~").forEach((part, index) => {
    const field = FAX_FIELDS[index];
    if (field === undefined) problem(26, column, `"${part}" stands behind the phone number.`);
    else if (part.length > field.longest) {
      problem(field.message, column, `The ${field.name} "${part}" is longer than ${field.longest} characters.`);
    }
    if (index === 3 && /[^0-9 ,-]/u.test(part))
      problem(15, column, `The phone number "${part}" holds an invalid character.`);
    column += part.length + 1;
  });
}
