/** Walks over a text, piece by piece. White space and line ends between pieces are the caller's, except before `atEnd`. */
export interface TextScanner {
  /** Skips blanks and empty lines; true when nothing follows. */
  atEnd(): boolean;
  /** Takes what a sticky `pattern` finds here, or nothing. */
  take(pattern: RegExp): RegExpExecArray | undefined;
  /** Takes a text in double quotes, `\\` and `\"` undone; it may run over lines. `undefined` when no quote stands here. */
  quoted(): string | undefined;
  /** Calls the maker's `fail` with the line, counted from 1. */
  fail(what: string): never;
}

/** A scanner at the beginning of `text`. `fail` must throw. */
export function textScanner(text: string, fail: (line: number, what: string) => never): TextScanner {
  let at = 0;
  const line = (): number => text.slice(0, at).split("\n").length;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at += found[0].length;
    return found;
  };
  return {
    take,
    atEnd() {
      take(/\s*/y);
      return at >= text.length;
    },
    quoted() {
      if (text[at] !== '"') return undefined;
      const stop = /["\\]/gu;
      let result = "";
      for (let from = at + 1; ; from = stop.lastIndex) {
        stop.lastIndex = from;
        const found = stop.exec(text);
        if (found === null) return fail(line(), "a quotation mark that is never closed");
        result += text.slice(from, found.index);
        if (found[0] === '"') {
          at = stop.lastIndex;
          return result;
        }
        result += text[stop.lastIndex] ?? "";
        stop.lastIndex += 1;
      }
    },
    fail: (what) => fail(line(), what),
  };
}
