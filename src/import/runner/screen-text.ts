/** Screen text that grows while a program runs, without growing for ever. */
export interface ScreenText {
  add(text: string): void;
  /** All of it; of very much text the first and the last part, with a line in between that says so. */
  text(): string;
}

const HALF = 256 * 1024;

/** Keeps the first and the last 256 K characters: the beginning tells what started, the end how it went. */
export function screenText(): ScreenText {
  let first = "";
  let last = "";
  let dropped = false;
  return {
    add(text) {
      const room = HALF - first.length;
      first += text.slice(0, Math.max(0, room));
      last += text.slice(Math.max(0, room));
      if (last.length > 2 * HALF) {
        last = last.slice(-HALF);
        dropped = true;
      }
    },
    text: () => (dropped ? `${first}\n[…]\n${last.slice(-HALF)}` : first + last),
  };
}
