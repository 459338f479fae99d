import type { PlaceEntry } from "../place.ts";

/**
 * The entries in what smbclient's `ls` prints, without `.` and `..`. A line is `  NAME<padding>ATTRS SIZE  DATE`: attributes in seven
 * columns, the size in at least eight, the date in 24 (source3/client/client.c, `display_finfo`). Names may hold anything but a line end.
 */
export function parseListing(output: string): PlaceEntry[] {
  const entries: PlaceEntry[] = [];
  for (const line of output.split("\n")) {
    const found = LINE.exec(line);
    if (found === null) continue;
    const [, padded = "", attributes = "", size = "", date = ""] = found;
    const name = padded.replace(/ +$/u, "");
    if (name === "." || name === "..") continue;
    const folder = attributes.includes("D");
    entries.push({
      name,
      kind: folder ? "folder" : "file",
      size: folder ? 0 : Number(size),
      modified: parseDate(date),
    });
  }
  return entries;
}

const SIZE = `(?:${Array.from({ length: 7 }, (_, i) => ` {${7 - i}}\\d{${i + 1}}`).join("|")}|\\d{8,})`;
const LINE = new RegExp(
  `^ {2}(.*?)([ A-Za-z]{7}) (${SIZE}) {2}(\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4})$`,
  "u",
);

/** The size that `allinfo` tells for an opened file: the true one, where a directory listing may be stale (Q180011). */
export function parseStreamSize(output: string): number | undefined {
  const size = /^stream: \[::\$DATA\], (\d+) bytes$/mu.exec(output)?.[1];
  return size === undefined ? undefined : Number(size);
}

/** Bytes free on the disk, as the last line of what `ls` prints tells; `undefined` where there is no such line. */
export function parseFreeBytes(output: string): number | undefined {
  const found = /^\s*\d+ blocks of size (\d+)\. (\d+) blocks available$/mu.exec(output);
  return found === null ? undefined : Number(found[1]) * Number(found[2]);
}

/** `Mon Nov 23 21:59:18 2026`, UTC because the program runs with `TZ=UTC`. */
function parseDate(text: string): Date | undefined {
  const date = new Date(`${text} UTC`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
