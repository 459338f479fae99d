export interface ConfirmOptions {
  /** The answer of a bare Enter; no unless given. */
  readonly enter?: boolean;
  /** Takes the question back: the answer is no then. */
  readonly signal?: AbortSignal;
}

/** Questions to a person. Each answers at once, with "no" or nothing, when no person sits at the terminal. */
export interface Ask {
  readonly interactive: boolean;
  confirm(question: string, options?: ConfirmOptions): Promise<boolean>;
  secret(question: string): Promise<string | undefined>;
}

/** Asks on the terminal; `interactive` only when stdin and stderr are terminals and `--json` is not set. */
export function createAsk(json: boolean): Ask {
  const interactive = process.stdin.isTTY && process.stderr.isTTY && !json;
  return {
    interactive,
    async confirm(question, { enter = false, signal } = {}) {
      if (!interactive) return false;
      const { confirm, isCancel } = await import("@clack/prompts");
      const answer = await confirm({ message: question, initialValue: enter, signal, output: process.stderr });
      return !isCancel(answer) && answer;
    },
    async secret(question) {
      if (!interactive) return undefined;
      const { password, isCancel } = await import("@clack/prompts");
      const answer = await password({ message: question, output: process.stderr });
      return isCancel(answer) || answer === "" ? undefined : answer;
    },
  };
}
