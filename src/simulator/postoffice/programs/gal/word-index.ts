import { NME_SIZE } from "../../records/names.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * GALINDEX.GLB: 52 offsets for A–Z and a–z, then 6 bytes for each word of an alias that begins with such a letter: the word's number
 * in the alias, and the alias's offset in GAL.NME (Q86375).
 */
export function wordIndex(aliases: readonly string[]): Buffer {
  const counts = Array.from(LETTERS, () => 0);
  for (const alias of aliases)
    for (const letter of letters(alias)) if (letter >= 0) counts[letter] = (counts[letter] ?? 0) + 1;

  const words = counts.reduce((sum, count) => sum + count, 0);
  const bytes = Buffer.alloc(LETTERS.length * 4 + words * 6);
  let offset = LETTERS.length * 4;
  const ends = counts.map((count, letter) => {
    const start = offset;
    bytes.writeUInt32LE(start, letter * 4);
    offset += count * 6;
    return start;
  });
  aliases.forEach((alias, name) => {
    letters(alias).forEach((letter, word) => {
      const at = ends[letter];
      if (at === undefined) return;
      bytes.writeUInt16LE(word, at);
      bytes.writeUInt32LE(name * NME_SIZE, at + 2);
      ends[letter] = at + 6;
    });
  });
  return bytes;
}

/** For each word its first letter's place in `LETTERS`, -1 for any other character. */
function letters(alias: string): number[] {
  return (alias.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => LETTERS.indexOf(word.charAt(0)));
}
