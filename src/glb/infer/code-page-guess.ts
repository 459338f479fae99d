import iconv from "iconv-lite";
import { DEFAULT_CODE_PAGE, isOneByte, textCodec, type CodePage } from "../code-page.ts";

/** Which code page the texts are taken to be in, and why. */
export interface CodePageGuess {
  readonly codePage: CodePage;
  /** False when a caller chose it. */
  readonly guessed: boolean;
  /** Pages that read the texts nearly as well and give other names; empty when the guess is beyond doubt. */
  readonly rivals: readonly CodePage[];
  readonly reason: string;
}

/**
 * Guesses the code page from texts: for each page, how much of what is beyond ASCII would be letters as people's names have them. Pages
 * are told apart by their script; near relatives such as 437 and 850 are not, and 850 is taken (Q156063).
 */
export function guessCodePage(texts: Iterable<Buffer>): CodePageGuess {
  const beyond = [...texts].filter((text) => text.some((byte) => byte >= 0x80));
  if (beyond.length === 0) {
    return {
      codePage: DEFAULT_CODE_PAGE,
      guessed: true,
      rivals: [],
      reason: "no text looked at holds a character beyond ASCII, so any code page reads them alike",
    };
  }
  const ranked = candidatesFor(beyond)
    .map((candidate, order) => ({
      ...candidate,
      order,
      score: beyond.reduce((sum, text) => sum + candidate.score(text), 0) / beyond.length,
    }))
    .toSorted((a, b) => b.score - a.score || a.order - b.order);
  const [best, second] = ranked as [(typeof ranked)[0], (typeof ranked)[0]];
  const rivals = ranked
    .filter(
      (other) =>
        other.score > best.score - nearly(beyond.length) && readsOtherwise(beyond, best.codePage, other.codePage),
    )
    .map(({ codePage }) => codePage);
  const doubt = rivals.length === 0 ? "" : `uncertain, as ${rivals.join(", ")} would read them nearly as well: `;
  const reason = `${doubt}in ${beyond.length} texts with characters beyond ASCII, code page ${best.codePage} gives ${best.gives} best (${best.score.toFixed(2)}; next ${second.codePage} with ${second.score.toFixed(2)})`;
  return { codePage: best.codePage, guessed: true, rivals, reason };
}

/** Scores of this many texts that differ by less prove nothing: what a few names prove by chance, a hundred do not. */
function nearly(texts: number): number {
  return Math.max(0.02, Math.min(0.15, 0.3 / Math.sqrt(texts)));
}

/** True when two pages make different names of the same bytes. */
function readsOtherwise(texts: readonly Buffer[], one: CodePage, other: CodePage): boolean {
  const read = (text: Buffer, codePage: CodePage) => textCodec(codePage).decode(text, 0, text.length);
  return texts.some((text) => read(text, one) !== read(text, other));
}

/**
 * Pages of two bytes a character need not be tried where words have a few bytes beyond ASCII among letters: their words have one such byte for every
 * two at least.
 */
function candidatesFor(texts: readonly Buffer[]): readonly Candidate[] {
  let beyond = 0;
  let bytes = 0;
  for (const text of texts) {
    for (const [word] of text
      .toString("latin1")
      .matchAll(/[A-Za-z\u0080-\u00ff]*[\u0080-\u00ff][A-Za-z\u0080-\u00ff]*/gu)) {
      bytes += word.length;
      beyond += word.replaceAll(/[A-Za-z]/gu, "").length;
    }
  }
  return beyond * 3 < bytes ? CANDIDATES.filter(({ codePage }) => isOneByte(codePage)) : CANDIDATES;
}

interface Candidate {
  readonly codePage: CodePage;
  readonly gives: string;
  /** -1 to 1 for one text: how well it reads. */
  score(text: Buffer): number;
}

const KANA = /[\u3040-\u30ff]/u;

/** In order of preference between equals. */
const CANDIDATES: readonly Candidate[] = [
  singleByte(850, "Western European names", /[À-ÖØ-öø-ÿŒœŸıƒ]/u, "mixed"),
  singleByte(437, "Western European names", /[À-ÖØ-öø-ÿŒœŸƒ]/u, "mixed"),
  singleByte(852, "Central European names", /[À-ÖØ-öø-žǍ-ǰȘ-ț]/u, "mixed"),
  singleByte(866, "Russian names", /[\u0400-\u045f]/u, "whole"),
  singleByte(737, "Greek names", /[\u0370-\u03ff]/u, "whole", /[άέήίόύώΐΰΆΈΉΊΌΎΏ]/u),
  doubleByte(932, "Japanese names", KANA, /[\u4e00-\u9fff々〆]/u, (lead) => lead >= 0x88 && lead <= 0x97),
  doubleByte(
    949,
    "Korean names",
    /[\uac00-\ud7a3]/u,
    /[\u4e00-\u9fff]/u,
    (lead, trail) => lead >= 0xb0 && lead <= 0xc8 && trail > 0xa0,
  ),
  doubleByte(
    936,
    "Simplified Chinese names",
    undefined,
    /[\u4e00-\u9fff]/u,
    (lead, trail) => lead >= 0xb0 && lead <= 0xd7 && trail > 0xa0,
  ),
  doubleByte(950, "Traditional Chinese names", undefined, /[\u4e00-\u9fff]/u, (lead) => lead >= 0xa4 && lead <= 0xc6),
];

/**
 * Letters of the script count for a page, everything else beyond ASCII against it. `mixed` scripts stand among ASCII letters; words of
 * `whole` scripts are nothing but script letters, upper case at most in front. `mark`: letters of which a word in small letters has one.
 */
function singleByte(
  codePage: CodePage,
  gives: string,
  letter: RegExp,
  kind: "mixed" | "whole",
  mark?: RegExp,
): Candidate {
  return {
    codePage,
    gives,
    score(text) {
      const words = iconv
        .decode(text, `cp${codePage}`)
        .split(/[^\p{L}\p{M}\u0080-\uffff]+/u)
        .filter((word) => /[\u0080-\uffff]/u.test(word));
      const isMarked = (word: string) => mark === undefined || mark.test(word) || !/\p{Ll}{3}/u.test(word);
      const scores = words.map((word) => wordScore(word, letter, kind) * (isMarked(word) ? 1 : 0.6));
      return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
    },
  };
}

function wordScore(word: string, letter: RegExp, kind: "mixed" | "whole"): number {
  const characters = Array.from(word);
  const beyond = characters.filter((character) => character > "\u007f");
  const letters = beyond.filter((character) => letter.test(character)).length;
  if (letters < beyond.length) return letters / beyond.length - 1;
  const cased = /^\p{Lu}?\p{Ll}*$|^\p{Lu}+$/u.test(word) ? 1 : 0.3;
  const share = beyond.length / characters.length;
  const shape = kind === "mixed" ? (share <= 0.5 ? 1 : 0.4) : share === 1 ? 1 : 0.2;
  return cased * shape;
}

/**
 * Whole pairs count; characters of the page's everyday part (kana, the hangul of KS X 1001, level-1 ideographs) in full, others little: Shift-JIS read
 * as 949 is hangul too, of the part that no name needs.
 */
function doubleByte(
  codePage: CodePage,
  gives: string,
  script: RegExp | undefined,
  ideograph: RegExp,
  isCommon: (lead: number, trail: number) => boolean,
): Candidate {
  return {
    codePage,
    gives,
    score(text) {
      let sum = 0;
      let count = 0;
      for (let at = 0; at < text.length; at++) {
        const lead = text[at] as number;
        if (lead < 0x80) continue;
        count++;
        const single = iconv.decode(text.subarray(at, at + 1), `cp${codePage}`);
        if (script?.test(single) === true || /[\uff61-\uff9f]/u.test(single)) {
          sum += 0.6;
          continue;
        }
        const character = iconv.decode(text.subarray(at, at + 2), `cp${codePage}`);
        const common = isCommon(lead, text[at + 1] ?? 0);
        at++;
        if (KANA.test(character) || (script?.test(character) === true && common)) sum += 1;
        else if (script?.test(character) === true) sum += 0.2;
        else if (ideograph.test(character)) sum += common ? 0.9 : 0.2;
        else sum -= 1;
      }
      return sum / Math.max(1, count);
    },
  };
}
