import type { AnyAuthMethod, AuthHandlerMiddleware, AuthenticationType, NextAuthHandler, Prompt } from "ssh2";
import { ResyncError } from "../../errors.ts";
import { agentSocket, reachAgent } from "./agent.ts";
import { defaultKeyFiles, loadKey } from "./keys.ts";
import type { SshOptions } from "./options.ts";

/** One way to log in. `prepare` gives what to send, or why there is nothing to send. */
interface Attempt {
  readonly shown: string;
  readonly method: AuthenticationType;
  readonly prepare: () => Promise<{ send: AnyAuthMethod } | { skipped: string }>;
}

/** The login's conversation with ssh2, and what became of it. */
export interface Login {
  readonly handler: AuthHandlerMiddleware;
  /** Says what was tried, what the server offers, and its own words where it hung up with some. */
  failure(cause: unknown, said?: string): ResyncError;
}

/**
 * Logs in as `user` with what the options give, in this order and only as far as the server offers it: named keys, agent, the user's
 * own keys, password, keyboard-interactive. The first word is "none", which tells what the server offers. `pause` runs while a secret is being had, so
 * that a person may take their time; a failure in there is passed to `broken`.
 */
export function login(
  user: string,
  server: string,
  options: SshOptions,
  pause: <T>(asking: Promise<T>) => Promise<T>,
  broken: (error: unknown) => void,
): Login {
  const waiting = attempts(user, options, pause, broken);
  const tried: string[] = [];
  const skipped: string[] = [];
  let offered: readonly string[] | undefined;

  const nextAttempt = async (): Promise<AnyAuthMethod | undefined> => {
    for (;;) {
      const index = waiting.findIndex(({ method }) => offered?.includes(method) ?? false);
      const [attempt] = index < 0 ? [] : waiting.splice(index, 1);
      if (attempt === undefined) return undefined;
      const prepared = await pause(attempt.prepare());
      if ("send" in prepared) {
        tried.push(attempt.shown);
        return prepared.send;
      }
      skipped.push(`${attempt.shown} ${prepared.skipped}`);
    }
  };

  const answer = async (next: NextAuthHandler): Promise<void> => {
    try {
      // `false` ends the login; the library's types do not know it.
      next((await nextAttempt()) ?? (false as unknown as AnyAuthMethod));
    } catch (error) {
      broken(error);
    }
  };

  return {
    handler: (left, _partial, next) => {
      // Before the first attempt ssh2 gives null, whatever its types say.
      offered = (left as readonly string[] | null) ?? undefined;
      if (offered === undefined) return next({ type: "none", username: user });
      void answer(next);
    },
    failure: (cause, said) =>
      new ResyncError("AUTH_FAILED", {
        message: [
          `${server} does not let ${user} in.`,
          `Tried: ${list(tried)}. The server offers: ${list(offered ?? [])}.`,
          ...(skipped.length === 0 ? [] : [`Not tried: ${skipped.join("; ")}.`]),
          ...(said === undefined ? [] : [`The server said: ${said}.`]),
        ].join(" "),
        state: "Nothing was changed.",
        hint: hintFor(tried, offered ?? []),
        facts: { user, tried, offered: [...(offered ?? [])], skipped },
        cause,
      }),
  };
}

function attempts(
  user: string,
  options: SshOptions,
  pause: <T>(asking: Promise<T>) => Promise<T>,
  broken: (error: unknown) => void,
): Attempt[] {
  const { password, answer, passphrase } = options;
  const socket = agentSocket(options.agent);
  const keys = (options.keyFiles ?? defaultKeyFiles()).map((path): Attempt => ({
    shown: `key ${path}`,
    method: "publickey",
    prepare: async () => {
      const loaded = await loadKey(path, async () => passphrase?.(path));
      return "key" in loaded ? { send: { type: "publickey", username: user, key: loaded.key } } : loaded;
    },
  }));
  const agent: Attempt[] =
    socket === undefined
      ? []
      : [
          {
            shown: `agent ${socket}`,
            method: "publickey",
            prepare: async () => {
              const reached = await reachAgent(socket);
              return "agent" in reached ? { send: { type: "agent", username: user, agent: reached.agent } } : reached;
            },
          },
        ];
  /** Sent once, as a password or as an answer: the same wrong one twice may lock an account. */
  let passwordSent = false;
  const takePassword = async (): Promise<string | undefined> => {
    const given = passwordSent ? undefined : await password?.();
    passwordSent ||= given !== undefined;
    return given;
  };
  const secret: Attempt = {
    shown: "password",
    method: "password",
    prepare: async () => {
      const given = await takePassword();
      return given === undefined
        ? { skipped: "was not given" }
        : { send: { type: "password", username: user, password: given } };
    },
  };
  const interactive: Attempt = {
    shown: "keyboard-interactive",
    method: "keyboard-interactive",
    prepare: async () => {
      if (answer === undefined && (password === undefined || passwordSent)) return { skipped: "has nobody to answer" };
      const send: AnyAuthMethod = {
        type: "keyboard-interactive",
        username: user,
        prompt: (_name, instructions, _lang, prompts, finish) => {
          pause(answers(instructions, prompts, takePassword, answer)).then(finish, broken);
        },
      };
      return { send };
    },
  };
  // A key that was named comes first; of those lying about, an agent's need no passphrase.
  const byKey = options.keyFiles === undefined ? [...agent, ...keys] : [...keys, ...agent];
  return [...byKey, secret, interactive];
}

/** A single hidden question is the password; everything else is put to `answer`. No answer is an empty one, which the server refuses. */
async function answers(
  instructions: string,
  prompts: readonly Prompt[],
  takePassword: () => Promise<string | undefined>,
  answer: SshOptions["answer"],
): Promise<string[]> {
  const questions = prompts.map(({ prompt, echo }) => ({ text: prompt, echo: echo ?? false }));
  const password = questions.length === 1 && questions[0]?.echo === false ? await takePassword() : undefined;
  if (password !== undefined) return [password];
  return (await answer?.(instructions, questions)) ?? questions.map(() => "");
}

function hintFor(tried: readonly string[], offered: readonly string[]): string {
  if (tried.length === 0 && offered.includes("publickey"))
    return "Name a private key for this server, or load one into an SSH agent.";
  if (tried.includes("password"))
    return "Check the user name and the password. A locked or expired account looks the same.";
  return "Check the user name, and that this key stands in the account's authorized_keys on the server.";
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "nothing" : items.join(", ");
}
