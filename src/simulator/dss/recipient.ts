/** A recipient as the DSS's directory has it: before names are cut and made unique. */
export interface Recipient {
  readonly name: string;
  /** `pcm:NET/PO/MAILBOX`, `smtp:user@host`; the type in lower case, as Exchange writes it (Q157712). */
  readonly address: string;
}

/** One list of the directory: what an `R` transaction names, and its recipients. */
export interface RecipientList {
  /** `pcm:NET/PO`, `smtp:`. */
  readonly list: string;
  /** Can be gone through again and again. Not async: a million small awaits would take longer than the rest. */
  readonly recipients: Iterable<Recipient>;
}

/** Types whose lists are named by the first two elements of an address; the others have one list a type (Q96060, Q112285). */
const PATH_TYPES = new Set(["pcm", "csi", "ms", "profs", "ov", "snads"]);

/** The list an address belongs to, as an `R` transaction names it. */
export function listOfAddress(address: string): string {
  const colon = address.indexOf(":");
  const type = address.slice(0, colon);
  if (!PATH_TYPES.has(type)) return `${type}:`;
  const [network = "", postoffice = ""] = address.slice(colon + 1).split("/");
  return `${type}:${network}/${postoffice}`;
}
