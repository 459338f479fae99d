import { ResyncError } from "../../errors.ts";

/** A tape drive, or a file or pipe in its place. */
export interface TapeAddress {
  /** `/dev/nst0`, a file, a named pipe. */
  readonly device: string;
  /** Units (of 512 bytes) that make up one block on the tape. */
  readonly blocking: number;
}

/** Bytes of the unit that tar counts in. */
export const UNIT = 512;
/** What tar(1) takes when nobody says anything: 10,240 bytes. */
const USUAL = 20;
/** 1 MB: more than any drive of these times takes. */
const MOST = 2048;

/** Reads `tape:/dev/nst0?blocking=20`; `undefined` for a text that is no tape's. Throws `USAGE` for one that is wrong. */
export function parseTapeAddress(text: string): TapeAddress | undefined {
  const [, rest] = /^tape:(.*)$/isu.exec(text) ?? [];
  if (rest === undefined) return undefined;
  const [, device = "", query] = /^([^?]*)(?:\?(.*))?$/su.exec(rest) ?? [];
  const settings = new URLSearchParams(query ?? "");
  const blocking = Number(settings.get("blocking") ?? USUAL);
  const unknown = [...settings.keys()].filter((name) => name !== "blocking");
  if (device === "") throw usage(text, "names no device");
  if (unknown.length > 0) throw usage(text, `has the unknown setting ${unknown.join(", ")}`);
  if (!Number.isSafeInteger(blocking) || blocking < 1 || blocking > MOST) {
    throw usage(text, `has a blocking factor that is no whole number from 1 to ${MOST}`);
  }
  return { device, blocking };
}

/** The address as text, for labels and journals; `parseTapeAddress` reads it back. */
export function formatTapeAddress({ device, blocking }: TapeAddress): string {
  return blocking === USUAL ? `tape:${device}` : `tape:${device}?blocking=${blocking}`;
}

function usage(text: string, why: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `The tape "${text}" ${why}.`,
    state: "Nothing was started.",
    hint: "Write tape: and the drive that does not rewind by itself: tape:/dev/nst0, or tape:/dev/nst0?blocking=20.",
  });
}
