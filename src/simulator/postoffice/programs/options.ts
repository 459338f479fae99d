/** What IMPORT is asked to do. */
export type ImportMode = "queue" | "resync" | "resync-text" | "export" | "extract" | "text";

/** IMPORT's command line (requestor switches of Q96060, Q117198, Q119016). */
export interface ImportOptions {
  readonly mode: ImportMode;
  /** Any mailbox with administrator privilege; may stand anywhere (Q117198, Q124044). */
  readonly mailbox: string | undefined;
  readonly password: string | undefined;
  /** Default M (Q95939). Used only to print file names: the current directory is the postoffice. */
  readonly drive: string;
  readonly yes: boolean;
  readonly verbose: boolean;
  readonly noDirectVideo: boolean;
  /** `-f`: the text file read or written. */
  readonly file: string | undefined;
  /** `-l`: a file name, or "" for LOG\IMPORT.LOG. */
  readonly log: string | undefined;
  readonly addToPostofficeList: boolean;
  readonly autocreate: boolean;
  readonly replace: boolean;
  readonly templates: boolean;
  /** `-g`: an address type, or one list `PCM:net/po`. */
  readonly only: string | undefined;
  /** `-x`: one `net/po`, or "" for all. */
  readonly extract: string | undefined;
}

/** Switches silently ignored together with the one that decides (Q119016). */
const IGNORED: Readonly<Record<ImportMode, string>> = {
  "resync-text": "acegqrtx",
  resync: "acegqrtxf",
  export: "acglqrtvx",
  queue: "acfgrtx",
  extract: "acr",
  text: "",
};

/** Reads the arguments; a string is what to say on the screen about a wrong one (wording: assumption). */
export function parseImportOptions(argv: readonly string[]): ImportOptions | string {
  const given = new Map<string, string>();
  let mailbox: string | undefined;
  for (const argument of argv) {
    if (!argument.startsWith("-")) {
      mailbox ??= argument;
      continue;
    }
    const letter = argument.charAt(1).toLowerCase();
    const text = argument.toLowerCase() === "-st";
    if (letter === "" || !"pdfacegilnqrstvxy".includes(letter)) return `Invalid option: ${argument}`;
    given.set(text ? "st" : letter, text ? "" : argument.slice(2));
  }
  const drive = given.get("d") ?? "M";
  if (!/^[A-Za-z]:?$/u.test(drive)) return `Invalid drive: ${drive}`;
  const mode = modeOf(given);
  for (const letter of IGNORED[mode]) given.delete(letter);
  const file = given.get("f");
  if (file === undefined && mode !== "queue" && mode !== "resync") return "No file name given.";
  return {
    mode,
    mailbox,
    password: given.get("p"),
    drive: drive.charAt(0).toUpperCase(),
    yes: given.has("y"),
    verbose: given.has("v"),
    noDirectVideo: given.has("n"),
    file,
    log: given.get("l"),
    addToPostofficeList: given.has("a"),
    autocreate: given.has("c"),
    replace: given.has("r"),
    templates: given.has("t"),
    only: given.get("g"),
    extract: given.get("x"),
  };
}

/** Which switch decides where several are given follows from which of them the others make it ignore (Q119016). */
function modeOf(given: ReadonlyMap<string, string>): ImportMode {
  if (given.has("st")) return "resync-text";
  if (given.has("s")) return "resync";
  if (given.has("e")) return "export";
  if (given.has("q")) return "queue";
  return given.has("x") ? "extract" : "text";
}
