import { styleText } from "node:util";
import stringWidth from "string-width";

/** How a stream is written to: its width in columns and whether it takes colours. */
export interface Style {
  readonly width: number;
  readonly colour: boolean;
}

type Ink = Parameters<typeof styleText>[0];

/** The narrowest and the widest text lines that are laid out for. */
const NARROWEST = 40;
const WIDEST = 100;

/** The style of a stream: colours only on a terminal that has them and when NO_COLOR is not set; 80 columns when it has no width. */
export function styleOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Style {
  const plain = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  const columns = stream.isTTY ? stream.columns : 80;
  return {
    width: Math.min(WIDEST, Math.max(NARROWEST, columns || 80)),
    colour: stream.isTTY && !plain,
  };
}

/** `text` in a colour or weight, or as it is where colours are off. */
export function paint(style: Style, ink: Ink, text: string): string {
  return style.colour ? styleText(ink, text, { validateStream: false }) : text;
}

/** Columns that `text` takes on a terminal: 2 for a Chinese, Japanese or Korean character, none for a combining one. */
export function columns(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

const ASCII = /^[\u0020-\u007e]*$/u;

/** `text` with blanks behind it up to `width` columns. */
export function padColumns(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columns(text)));
}

/** `text` with its control characters shown (`␛`) instead of obeyed: logs, servers and file names may hold anything. Line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(CONTROL, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
  });
}

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;

/**
 * Breaks `text` at blanks so that no line is longer than `width` columns where that is possible; line breaks in it stay, and a line
 * that begins with blanks keeps them. Control characters are shown (`visible`). Further lines begin with `indent`. The first line is expected to stand at column `start`.
 */
export function wrap(text: string, width: number, indent = "", start = indent.length): string {
  return visible(text)
    .split("\n")
    .map((line, index) => wrapLine(line, width, indent, index === 0 ? start : indent.length))
    .join(`\n${indent}`);
}

function wrapLine(line: string, width: number, indent: string, start: number): string {
  const lead = /^ */u.exec(line)?.[0] ?? "";
  let out = lead;
  let column = start + lead.length;
  let first = true;
  for (const word of line.slice(lead.length).split(" ")) {
    if (first) {
      out += word;
      column += columns(word);
      first = false;
    } else if (column + 1 + columns(word) <= width) {
      out += ` ${word}`;
      column += 1 + columns(word);
    } else {
      out += `\n${indent}${lead}${word}`;
      column = indent.length + lead.length + columns(word);
    }
  }
  return out;
}
