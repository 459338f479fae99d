import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunContext } from "../context.ts";
import { ResyncError } from "../errors.ts";
import { step } from "../report/step.ts";
import { fingerprint, sameBytes, showFingerprint } from "../transfer/digest.ts";
import { placePath } from "../transfer/place.ts";
import type { DssHost } from "./generate/dss-host.ts";
import { finishOnDss } from "./generate/finish.ts";
import { generate } from "./generate/generate.ts";
import { findResync } from "./generate/kept-name.ts";
import { locateDxadata, readServiceValues, withFolder } from "./generate/locate.ts";
import { writePrivateFile } from "./generate/private-file.ts";
import type { Generated, GenerateRequest } from "./generate/request.ts";

/** A master list that lies in a private copy, and the way to end with it on the DSS. */
export interface ObtainedList extends Pick<Generated, "copy" | "size" | "sha256" | "dxadata" | "name"> {
  /** After it was delivered everywhere: takes it out of Dxadata, where a requestor role would load it (Q156124). */
  finish(): Promise<void>;
}

/** Where a push gets its list from. `undefined` with `--dry-run`, when there can be no file. */
export type ListSource = (folder: string) => Promise<ObtainedList | undefined>;

/** How a list is had from a DSS; `keep` leaves the DSS's own file in Dxadata. */
export type GenerateSettings = Omit<GenerateRequest, "privateCopy" | "backupFile">;

/** Has the DSS write a new list. The copy and the registry backup go to the run's folder. */
export function generatedList(
  host: DssHost,
  settings: GenerateSettings,
  keep: boolean,
  context: RunContext,
): ListSource {
  return async (folder) => {
    const files = { privateCopy: join(folder, "RESYNC.GLB"), backupFile: join(folder, "MSExchangeDX.reg") };
    const list = await generate(host, { ...settings, ...files }, context);
    if (list === undefined) return undefined;
    const end = { keep, secondRestart: settings.secondRestart === true ? settings : undefined };
    return { ...list, finish: async () => void (await finishOnDss(host, list, end, context)) };
  };
}

/** Takes the list that stands in Dxadata already (`--no-generate`): nothing on the DSS is asked for, nothing restarted. */
export function standingList(host: DssHost, keep: boolean, context: RunContext): ListSource {
  return async (folder) => {
    const list = await step(context.reporter, "dss-take", "Take the list that is there", async () => {
      const { dxadata } = await locateDxadata(host, await readServiceValues(host));
      const taken = await takeStanding(host, dxadata, join(folder, "RESYNC.GLB"), context.signal);
      return {
        found: `${dxadata}\\${taken.name}: ${showFingerprint(taken)}`,
        facts: { ...taken },
        value: { ...taken, dxadata },
      };
    });
    if (context.dryRun) {
      await rm(list.copy, { force: true });
      return undefined;
    }
    return { ...list, finish: async () => void (await finishOnDss(host, list, { keep }, context)) };
  };
}

async function takeStanding(host: DssHost, dxadata: string, copy: string, signal: AbortSignal) {
  return withFolder(host, dxadata, async (place) => {
    const entry = await findResync(place, signal);
    if (entry === undefined) {
      throw new ResyncError("NOT_FOUND", {
        message: `There is no Resync.glb in ${dxadata} on ${host.label}.`,
        state: "Nothing was changed on the DSS or at any place.",
        hint: "Leave out --no-generate to have the DSS write one.",
      });
    }
    const name = placePath(entry.name);
    const first = await fingerprint(place.read(name, { signal }));
    const second = await writePrivateFile(copy, place.read(name, { signal }));
    if (sameBytes(first, second)) return { ...second, copy, name: entry.name };
    await rm(copy, { force: true });
    throw new ResyncError("FILE_CHANGED", {
      message: `${dxadata}\\${entry.name} on ${host.label} changed between two reads: the DSS is still writing it.`,
      state: "Nothing was delivered.",
      hint: "Wait until the DSS has finished, then run the same command again.",
    });
  });
}
