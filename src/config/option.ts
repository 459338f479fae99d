import { z } from "zod";

/**
 * One setting: a flag of a command, a key of the config file and an environment variable at once. The name is the flag's, in
 * kebab-case: `--state-timeout`, `stateTimeout:` in the file, `RESYNC_STATE_TIMEOUT` in the environment.
 */
export interface OptionSpec<T = unknown> {
  /** How the command line takes it: a switch, one text, or a text that may be given several times. */
  readonly kind: "switch" | "text" | "texts";
  /** Turns what was given (boolean, text or texts; in the file also a number) into the value; its messages are shown to the user. */
  readonly schema: z.ZodType<T>;
  /** One line of help, without the default. */
  readonly describe: string;
  /** Used when nobody says anything. */
  readonly fallback?: T;
  /** One letter. */
  readonly alias?: string;
  /** Only these texts are taken; for the help and the shell's completion. */
  readonly choices?: readonly string[];
  /** How the help names the value: `PLACE`, `DIR`. */
  readonly placeholder?: string;
}

/** The settings of a command by flag name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The values of settings, by flag name; `undefined` only where there is no fallback. */
export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S]: S[K] extends { readonly fallback: infer F }
    ? Exclude<ValueOf<S[K]>, undefined> | (F extends undefined ? undefined : never)
    : ValueOf<S[K]> | undefined;
};

type ValueOf<S> = S extends { readonly schema: z.ZodType<infer T> } ? T : never;

/** A switch, off unless said: `--keep`, `--no-keep`, `RESYNC_KEEP=1`. */
export function flag(describe: string, more: { fallback?: boolean; alias?: string } = {}) {
  return {
    kind: "switch",
    schema: booleanSchema,
    describe,
    fallback: more.fallback ?? false,
    alias: more.alias,
  } as const;
}

/** One text. */
export function text(describe: string, more: { placeholder?: string; alias?: string } = {}) {
  return { kind: "text", schema: z.string().min(1, "must not be empty"), describe, ...more } as const;
}

/** A text that may be given several times; in the environment separated by line ends. */
export function texts(describe: string, more: { placeholder?: string; alias?: string } = {}) {
  return { kind: "texts", schema: textsSchema, describe, ...more } as const;
}

/** One of some texts. */
export function choice<const C extends string>(describe: string, choices: readonly C[]) {
  return { kind: "text", schema: z.enum(choices as readonly [C, ...C[]]), describe, choices } as const;
}

/** One of some texts, with a default. */
export function choiceOr<const C extends string>(describe: string, choices: readonly C[], fallback: NoInfer<C>) {
  return { ...choice(describe, choices), fallback } as const;
}

/** A length of time, given as `90s`, `10m`, `2h`, `500ms` or a bare number of seconds; the value is milliseconds. */
export function duration(describe: string, fallbackMs: number) {
  return { kind: "text", schema: durationSchema, describe, fallback: fallbackMs, placeholder: "TIME" } as const;
}

/** A length of time that nobody need give. */
export function optionalDuration(describe: string) {
  return { kind: "text", schema: durationSchema, describe, placeholder: "TIME" } as const;
}

/** A whole number of at least `least`, with a default. */
export function wholeNumber(describe: string, more: { least?: number; fallback: number }) {
  return {
    kind: "text",
    schema: wholeSchema(more.least ?? 0),
    describe,
    fallback: more.fallback,
    placeholder: "N",
  } as const;
}

/** A share, given in percent: `20`, `12.5` or `20%`; the value is the share itself, 0 to 1. */
export function percentage(describe: string, fallback: number) {
  return { kind: "text", schema: percentageSchema, describe, fallback, placeholder: "PERCENT" } as const;
}

const percentageSchema = z.union([z.string(), z.number()]).transform((given, context) => {
  const match = /^(\d{1,3}(?:\.\d+)?)\s*%?$/u.exec(String(given).trim());
  const share = Number(match?.[1]) / 100;
  if (share >= 0 && share <= 1) return share;
  context.issues.push({ code: "custom", message: "is no percentage from 0 to 100", input: given });
  return z.NEVER;
});

const booleanSchema = z.union([
  z.boolean(),
  z.enum(["1", "true", "yes", "on"]).transform(() => true),
  z.enum(["0", "false", "no", "off", ""]).transform(() => false),
]);

const textsSchema = z.union([
  z.string().transform((one) => one.split("\n").filter((line) => line !== "")),
  z.array(z.string().min(1, "must not be empty")),
]);

function wholeSchema(least: number) {
  return z.union([z.string(), z.number()]).transform((given, context) => {
    const number = Number(given);
    if (Number.isSafeInteger(number) && number >= least && String(given).trim() !== "") return number;
    context.issues.push({ code: "custom", message: `is no whole number of at least ${least}`, input: given });
    return z.NEVER;
  });
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, "": 1000 };

const durationSchema = z.union([z.string(), z.number()]).transform((given, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|)$/u.exec(String(given).trim());
  if (match === null) {
    context.issues.push({ code: "custom", message: 'is no length of time; write "90s", "10m" or "2h"', input: given });
    return z.NEVER;
  }
  return Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 1000);
});

/** `600000` → `10m`: a length of time as the help and the messages write it. */
export function showDuration(ms: number): string {
  if (ms % 3_600_000 === 0 && ms > 0) return `${ms / 3_600_000}h`;
  if (ms % 60_000 === 0 && ms > 0) return `${ms / 60_000}m`;
  if (ms % 1000 === 0) return `${ms / 1000}s`;
  return ms > 1000 ? `${(ms / 1000).toFixed(1)}s` : `${Math.round(ms)}ms`;
}
