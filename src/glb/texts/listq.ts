/** One entry of a LISTQ listing; what the listing does not show is undefined. */
export interface ListqEntry {
  readonly sync: number;
  /** 0 to 65535, printed with `-c`. */
  readonly checksum: number | undefined;
  /** Seconds since 1970 of the printed clock, taken for UTC; printed with `-t`. */
  readonly stamp: number | undefined;
  /** The transaction, its lines joined by CR LF. */
  readonly text: string;
}

/**
 * The entries of a LISTQ listing in its three known forms: `-c -t` with checksum and date stamp (Q96060), ten-digit sync numbers (WA0725),
 * and numbered items that end with `<00>` (Q110496). Further lines of a transaction are joined to it; heads and `End of Queue` are passed over.
 */
export function parseListq(text: string): ListqEntry[] {
  const entries: { head: Omit<ListqEntry, "text">; lines: string[] }[] = [];
  for (const line of text.split(/\r?\n/u)) {
    const head = ENTRY.exec(line)?.groups;
    if (head !== undefined) {
      const { checksum, stamp, sync, transaction = "" } = head;
      const numbers = {
        sync: Number(sync),
        checksum: checksum === undefined ? undefined : Number.parseInt(checksum, 16),
        stamp: stamp === undefined ? undefined : Date.parse(`${stamp} UTC`) / 1000,
      };
      entries.push({ head: numbers, lines: [transaction] });
    } else if (CONTINUATION.test(line)) entries.at(-1)?.lines.push(line.trim().replace(/^(?!-)/u, " "));
  }
  return entries.map(({ head, lines }) => ({ ...head, text: lines.join("\r\n").replace(/<00>$/u, "") }));
}

const ENTRY =
  /^\s*(?:\d{1,6}\s+(?=\d{10}))?(?:(?<checksum>[0-9A-F]{4})\s+)?(?:(?<stamp>[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-3]\d \d\d:\d\d:\d\d \d{4})\s+)?(?<sync>\d{10}|\d{6})\s+(?<transaction>[ADMRT#].*)$/u;

/** Template data, or a template's field. */
const CONTINUATION = /^\s*(?:-\s.*:\/|[^~]*:(?:~[^~]*){5}$)/u;
