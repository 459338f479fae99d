/** A kind of file that is no master list and that somebody may well offer as one. */
export interface ForeignFile {
  /** With its article: `a 3-D model in binary glTF form`. */
  readonly what: string;
  /** How it may have come there, and what to do. */
  readonly hint: string;
  /** True for plain text whose lines look like the import grammar. */
  readonly grammar?: boolean;
}

/** Bytes that `foreignFile` wants to see of a file's beginning; fewer only when the file is shorter. */
export const SNIFF_BYTES = 4096;

const GENERATE = "Have the DSS generate Resync.glb again and give its path.";

/** The kind of a file that is certainly no master list, from its first bytes; `undefined` when it may be one. Not for empty files. */
export function foreignFile(head: Buffer): ForeignFile | undefined {
  const known = MAGICS.find(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
  if (known !== undefined) return { what: known.what, hint: known.hint ?? GENERATE };
  const beginning = textBeginning(head);
  if (beginning === undefined) return undefined;
  const markup = MARKUP.find(({ pattern }) => pattern.test(beginning));
  if (markup !== undefined) return { what: markup.what, hint: markup.hint };
  const grammar = /^[ADMRT#][ \t].*:/mu.test(beginning);
  const look = grammar ? ", by its look in MS Mail's import grammar" : "";
  return { what: `a plain text file${look}`, hint: TEXT_HINT, grammar };
}

interface Magic {
  readonly at: number;
  readonly bytes: Buffer;
  readonly what: string;
  readonly hint?: string;
}

const MAGICS: readonly Magic[] = [
  {
    at: 0,
    bytes: Buffer.from("glTF"),
    what: "a 3-D model in binary glTF form, which also ends in .glb",
    hint: "A master list is called Resync.glb and lies in Dxadata on the DSS, or in the GLB folder of a postoffice.",
  },
  {
    at: 0,
    bytes: Buffer.from("PK\u0003\u0004"),
    what: "a ZIP archive",
    hint: "Unpack it and give the path of the Resync.glb inside.",
  },
  { at: 0, bytes: Buffer.from("PK\u0005\u0006"), what: "an empty ZIP archive" },
  { at: 0, bytes: Buffer.of(0x1f, 0x8b, 8), what: "a gzip file", hint: "Unpack it first." },
  { at: 4, bytes: Buffer.from("1AY&SY"), what: "a bzip2 file", hint: "Unpack it first." },
  { at: 0, bytes: Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), what: "an xz file", hint: "Unpack it first." },
  {
    at: 0,
    bytes: Buffer.from("7z\u00bc\u00af\u0027\u001c", "latin1"),
    what: "a 7-Zip archive",
    hint: "Unpack it first.",
  },
  { at: 0, bytes: Buffer.from("Rar!\u001a\u0007", "latin1"), what: "a RAR archive", hint: "Unpack it first." },
  { at: 0, bytes: Buffer.from("MSCF\0\0\0\0"), what: "a cabinet file", hint: "Unpack it first." },
  {
    at: 0,
    bytes: Buffer.from("SZDD\u0088\u00f0'3", "latin1"),
    what: "a file packed with COMPRESS",
    hint: "Unpack it with EXPAND first.",
  },
  {
    at: 0,
    bytes: Buffer.from("KWAJ\u0088\u00f0'\u00d1", "latin1"),
    what: "a file packed with COMPRESS",
    hint: "Unpack it with EXPAND first.",
  },
  { at: 0, bytes: Buffer.from("%PDF-"), what: "a PDF document" },
  { at: 0, bytes: Buffer.from("\u0089PNG", "latin1"), what: "a PNG picture" },
  { at: 0, bytes: Buffer.of(0xff, 0xd8, 0xff), what: "a JPEG picture" },
  { at: 0, bytes: Buffer.from("GIF8"), what: "a GIF picture" },
  { at: 0, bytes: Buffer.from("\u007fELF", "latin1"), what: "a program (ELF)" },
  { at: 0, bytes: Buffer.from("SQLite format 3\0"), what: "an SQLite database" },
  {
    at: 0,
    bytes: Buffer.from("TAPE\0\0", "latin1"),
    what: "a tape backup",
    hint: "Restore it with the backup program first.",
  },
  {
    at: 0,
    bytes: Buffer.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1),
    what: "an Office document or e-mail message (OLE file)",
  },
  {
    at: 0,
    bytes: Buffer.of(0x78, 0x9f, 0x3e, 0x22),
    what: "a winmail.dat attachment (TNEF)",
    hint: "Take Resync.glb out of the message first.",
  },
  { at: 4, bytes: Buffer.of(0xef, 0xcd, 0xab, 0x89), what: "an ESE database such as Xdir.edb" },
  {
    at: 257,
    bytes: Buffer.from("ustar"),
    what: "a tar archive",
    hint: "Unpack it and give the path of the Resync.glb inside.",
  },
];

const DOWNLOAD_HINT =
  "A web server or proxy seems to have sent a page instead of the file. Copy the file from the DSS another way.";

const MARKUP: readonly { pattern: RegExp; what: string; hint: string }[] = [
  {
    pattern: /^\s*(?:<!--.*?-->\s*)*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b/isu,
    what: "an HTML page",
    hint: DOWNLOAD_HINT,
  },
  { pattern: /^\s*<\?xml\b/iu, what: "an XML document", hint: DOWNLOAD_HINT },
  { pattern: /^\s*[[{]\s*["{[\]}]/u, what: "a JSON document", hint: GENERATE },
  { pattern: /^(?:REGEDIT4|Windows Registry Editor)/u, what: "a registry file", hint: GENERATE },
];

const TEXT_HINT =
  "A Resync.glb is binary (Q119449). An import text file is loaded with IMPORT -f instead; a Resync.glb carried by FTP must be carried in binary mode.";

/** The beginning as text when it is nothing but text: UTF-8, UTF-16 or some 8-bit code page without control characters. */
function textBeginning(head: Buffer): string | undefined {
  if (head.length >= 2 && head[0] === 0xff && head[1] === 0xfe) return head.toString("utf16le", 2);
  if (head.length >= 2 && head[0] === 0xfe && head[1] === 0xff)
    return Buffer.from(head.subarray(2, head.length & ~1))
      .swap16()
      .toString("utf16le");
  const text = head
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/u, "")
    .replace(/\u001a$/u, "");
  return /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/u.test(text) ? undefined : text;
}
