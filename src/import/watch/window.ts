import { ResyncError } from "../../errors.ts";

/** A stretch of every day, in minutes since local midnight; `from` after `to` goes over midnight. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** Reads `22:00-05:00`, local time, the end excluded. Throws `USAGE`. */
export function parseWindow(text: string): TimeWindow {
  const [from, to] = text.split("-").map(minutes);
  if (from !== undefined && to !== undefined && from !== to && text.split("-").length === 2) return { from, to };
  throw new ResyncError("USAGE", {
    message: `--window: "${text}" is no time window.`,
    state: "Nothing was started.",
    hint: "Write it as 22:00-05:00, in this machine's local time.",
  });
}

/** True when the window is open at this moment, by the local clock. */
export function isOpen({ from, to }: TimeWindow, at: Date): boolean {
  const now = at.getHours() * 60 + at.getMinutes();
  return from < to ? now >= from && now < to : now >= from || now < to;
}

function minutes(text: string): number | undefined {
  const [, hours, rest] = /^([01]?\d|2[0-3]):([0-5]\d)$/u.exec(text.trim()) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(rest);
}
