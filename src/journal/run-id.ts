import { randomInt } from "node:crypto";
import type { RunId } from "./journal.ts";

const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** A new run's name from its start, UTC: `20261123-214030-k3f9`. */
export function newRunId(now: Date): RunId {
  const stamp = now.toISOString().replaceAll(/[-:]/gu, "").slice(0, 15).replace("T", "-");
  const tail = Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return `${stamp}-${tail}` as RunId;
}

/** Brands a text as a run's name. Returns `undefined` for anything that is not one; such a text is never used as a path. */
export function asRunId(text: string): RunId | undefined {
  return /^\d{8}-\d{6}-[a-z0-9]{4}$/u.test(text) ? (text as RunId) : undefined;
}
