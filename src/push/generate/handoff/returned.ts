import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import type { RunContext } from "../../../context.ts";
import { hasCode, ResyncError } from "../../../errors.ts";
import { DXA_KEY, TRIGGER_VALUE, type RegistryValue } from "../dss-host.ts";
import { sameValue, showValue, type StringEncoding } from "../registry-data.ts";
import { parseRegistryFile, valuesIn } from "../registry-file.ts";
import { HANDOFF } from "./names.ts";
import type { HandoffState } from "./state.ts";

/**
 * What the operator's command file said when it ended early; `undefined` when it did not. Told once: the file is put aside, so that
 * waiting can go on for another try.
 */
export async function takeFailure(folder: string, state: HandoffState): Promise<string | undefined> {
  const bytes = await readAny(folder, HANDOFF.failed);
  if (bytes === undefined || bytes.length === 0) return undefined;
  await rename(join(folder, HANDOFF.failed), join(folder, "FAILED.OLD")).catch(() => undefined);
  return iconv.decode(bytes, state.ansi).trim();
}

/**
 * Looks at what the host's registry really held (ASKED.REG, as regedit exported it there). Throws `VERIFY_FAILED` when it named other
 * requestors: a wrong code page, or a change by hand. Without the file, as after doing it by hand, that is a warning.
 */
export async function checkAsked(folder: string, state: HandoffState, { reporter }: RunContext): Promise<void> {
  const bytes = await readAny(folder, HANDOFF.asked);
  const wanted: RegistryValue = { type: "REG_MULTI_SZ", data: state.requestors };
  const asked = bytes && askedIn(bytes, state.ansi as StringEncoding);
  if (bytes === undefined || asked === undefined) {
    reporter.emit({
      type: "warning",
      text: `${HANDOFF.asked} did not come back: which requestors the DSS was really asked for cannot be checked.`,
      hint: "If it was done by hand, ask the operator which names were typed.",
      facts: { folder },
    });
    return;
  }
  if (sameValue(asked, wanted)) return;
  throw new ResyncError("VERIFY_FAILED", {
    message: `The DSS was asked for other requestors: ${TRIGGER_VALUE} was ${showValue(asked)}, not ${showValue(wanted)}.`,
    state: "The list that came back was not taken; it lies where the operator put it.",
    hint: "The .REG file was read in another code page, or changed. Prepare a new handoff with the DSS's code page.",
    facts: { asked: showValue(asked), wanted: showValue(wanted) },
  });
}

function askedIn(bytes: Uint8Array, ansi: StringEncoding): RegistryValue | undefined {
  try {
    const values = valuesIn(parseRegistryFile(bytes, ansi), DXA_KEY) ?? new Map<string, undefined>();
    return [...values].find(([name]) => name.toUpperCase() === TRIGGER_VALUE.toUpperCase())?.[1];
  } catch (error) {
    if (hasCode(error, "FILE_NOT_USABLE")) return undefined;
    throw error;
  }
}

/** A file of the folder in any case of its name; `undefined` when it is not there or cannot be read yet. */
async function readAny(folder: string, name: string): Promise<Buffer | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  const spelled = names.find((one) => one.toUpperCase() === name);
  return spelled === undefined ? undefined : readFile(join(folder, spelled)).catch(() => undefined);
}
