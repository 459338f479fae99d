import Table from "cli-table3";
import { columns, visible, wrap } from "./style.ts";

/**
 * A plain table for a terminal: a head, no frame, two blanks between columns. The last column is wrapped so that no line is longer than
 * `width` columns where its words allow it. Control characters are shown (`visible`).
 */
export function table(head: readonly string[], content: readonly (readonly string[])[], width: number): string {
  const rows = content.map((row) => row.map(visible));
  const widths = head.map((title, index) =>
    rows.reduce((most, row) => Math.max(most, columns(row[index] ?? "")), title.length),
  );
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0);
  const last = Math.max(10, Math.min(widths.at(-1) ?? 10, width - before));
  const cells = rows.map((row) => row.map((cell, index) => (index === head.length - 1 ? folded(cell, last) : cell)));
  if (cells.length <= PIECE) return drawn(head, cells);
  const colWidths = head.map((title, index) => widest([title, ...cells.map((row) => row[index] ?? "")]) + 2);
  const pieces = Array.from({ length: Math.ceil(cells.length / PIECE) }, (_, piece) =>
    drawn(piece === 0 ? head : [], cells.slice(piece * PIECE, (piece + 1) * PIECE), colWidths),
  );
  return pieces.join("\n");
}

/** The library lays out a long table in the square of its rows' time, so a long one is drawn in pieces of so many rows. */
const PIECE = 50;

function drawn(head: readonly string[], rows: string[][], colWidths: number[] = []): string {
  const made = new Table({
    head: [...head],
    colWidths,
    chars: NO_FRAME,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  made.push(...rows);
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Columns that the widest line takes at the most: characters from the Hangul letters on may be two columns wide. */
function widest(cells: readonly string[]): number {
  let most = 0;
  for (const line of cells.flatMap((cell) => cell.split("\n"))) {
    most = Math.max(most, line.length + (line.match(/[\u1100-\uffff]/gu)?.length ?? 0));
  }
  return most;
}

/** Wrapped at blanks; a word longer than the column is cut, because a path must not be lost. */
function folded(text: string, width: number): string {
  const words = text.replaceAll(/[^\s]+/gu, (word) => (columns(word) <= width ? word : cut(word, width)));
  return wrap(words, width);
}

/** A long word in parts that fit, parted by blanks. */
function cut(word: string, width: number): string {
  let out = "";
  let column = 0;
  for (const character of word) {
    const wide = columns(character);
    if (column + wide > width) {
      out += " ";
      column = 0;
    }
    out += character;
    column += wide;
  }
  return out;
}

const NO_FRAME = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((name) => [name, ""]),
);
