import { rm } from "node:fs/promises";
import type { RunContext } from "../../context.ts";
import { hasCode } from "../../errors.ts";
import { fingerprint, sameBytes, type Fingerprint } from "../../transfer/digest.ts";
import { placePath, type Place } from "../../transfer/place.ts";
import { DXA_KEY, DXA_SERVICE, TRIGGER_VALUE } from "./dss-host.ts";
import { findResync } from "./kept-name.ts";
import type { MasterListWait } from "./master-list-wait.ts";
import { notProduced, type FileSeen } from "./not-produced.ts";
import { writePrivateFile } from "./private-file.ts";
import { DEFAULT_SETTLE_MS } from "./request.ts";
import { kickService } from "./service-state.ts";

/**
 * Waits until the value is gone and Resync.glb can be read to its end, the same in two reads at least `settleMs` apart, the second of
 * which makes the private copy. The size in the folder is never trusted: NTFS tells a stale one while a file is open (Q180011).
 * Sharing violations and a file that is not there yet are waited out. `NOT_PRODUCED` with all that was seen when the time is over, or
 * at once when the service stops by itself.
 */
export async function awaitMasterList(
  wait: MasterListWait,
  context: RunContext,
): Promise<Fingerprint & { name: string }> {
  const { host, place, request, voice } = wait;
  const { clock, signal } = context;
  const started = clock.monotonic();
  let kicked = false;
  for (;;) {
    const { state, win32ExitCode } = await host.queryService(DXA_SERVICE);
    const valueThere = (await host.readValue(DXA_KEY, TRIGGER_VALUE)) !== undefined;
    const entry = await findResync(place, signal);
    if (entry !== undefined) voice.progress(entry.size, undefined);
    const mayTake = entry !== undefined && (!valueThere || request.acceptValueLeft === true);
    const taken = mayTake ? await take(wait, entry.name, context) : undefined;
    if (typeof taken === "object") return { ...taken, name: entry?.name ?? "" };
    const waitedMs = clock.monotonic() - started;
    if (waitedMs >= request.timeoutMs || state === "stopped") {
      const file = taken ?? (entry === undefined ? "absent" : await look(place, entry.name, signal));
      throw await notProduced(wait, { state, win32ExitCode, valueThere, file, size: entry?.size ?? 0 }, waitedMs);
    }
    if (!kicked && entry === undefined && waitedMs >= (request.kickAfterMs ?? Infinity)) {
      kicked = true;
      await kick(wait, context);
    }
    await clock.sleep(request.pollMs, signal);
  }
}

/** Makes the DXA begin a cycle. A refused kick ends nothing: the file may come all the same. */
async function kick({ host, request, found, changes }: MasterListWait, context: RunContext): Promise<void> {
  const { stateTimeoutMs, pollMs } = request;
  const text = `Nothing has appeared; ${DXA_SERVICE} was paused once, which starts a cycle`;
  await changes.make({ kind: "pause-service", service: DXA_SERVICE, found }, () =>
    kickService(host, { ...context, stateTimeoutMs, pollMs }),
  );
  context.reporter.emit({ type: "note", text: `${text} (Q146738).`, facts: { service: DXA_SERVICE } });
}

/** Reads the file twice, the second time into the private copy; anything but the same bytes twice is no list yet. */
async function take(wait: MasterListWait, name: string, context: RunContext): Promise<Fingerprint | FileSeen> {
  const { place, request } = wait;
  const { clock, signal } = context;
  const first = await orBusy(() => fingerprint(place.read(placePath(name), { signal })));
  if (first === "busy" || first.size === 0) return first === "busy" ? "busy" : "empty";
  await clock.sleep(request.settleMs ?? DEFAULT_SETTLE_MS, signal);
  const second = await orBusy(() => writePrivateFile(request.privateCopy, place.read(placePath(name), { signal })));
  if (second !== "busy" && sameBytes(first, second)) return second;
  await rm(request.privateCopy, { force: true });
  return second === "busy" ? "busy" : "growing";
}

/** A look at a file that is not to be taken, for the error. */
async function look(place: Place, name: string, signal: AbortSignal): Promise<FileSeen> {
  const seen = await orBusy(() => fingerprint(place.read(placePath(name), { signal })));
  if (seen === "busy") return "busy";
  return seen.size === 0 ? "empty" : "readable";
}

/** `busy` when somebody holds the file open, or when it went away between two looks. */
async function orBusy<T>(read: () => Promise<T>): Promise<T | "busy"> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, "FILE_BUSY", "NOT_FOUND")) return "busy";
    throw error;
  }
}
