import Table from "cli-table3";
import { columns, wrap } from "./style.ts";

/**
 * A plain table for a terminal: a head, no frame, two blanks between columns. The last column is wrapped so that no line is longer than
 * `width` columns where its words allow it.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const widths = head.map((title, index) =>
    rows.reduce((most, row) => Math.max(most, columns(row[index] ?? "")), title.length),
  );
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0);
  const last = Math.max(10, Math.min(widths.at(-1) ?? 10, width - before));
  const drawn = new Table({
    head: [...head],
    chars: NO_FRAME,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  drawn.push(...rows.map((row) => row.map((cell, index) => (index === head.length - 1 ? folded(cell, last) : cell))));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
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
