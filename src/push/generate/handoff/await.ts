import { rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { RunContext } from "../../../context.ts";
import { hasCode, ResyncError } from "../../../errors.ts";
import { step, type StepVoice } from "../../../report/step.ts";
import { fingerprint, sameBytes, type Fingerprint } from "../../../transfer/digest.ts";
import { placePath, type Place, type PlaceEntry } from "../../../transfer/place.ts";
import { findResync } from "../kept-name.ts";
import { writePrivateFile } from "../private-file.ts";
import { DEFAULT_SETTLE_MS, refusePresent, type Generated } from "../request.ts";
import { keptName } from "./kept.ts";
import { checkAsked, takeFailure } from "./returned.ts";
import { readState, type HandoffState } from "./state.ts";

/** How to wait for the operator. Milliseconds. */
export interface HandoffWait {
  /** The folder that was prepared. */
  readonly folder: string;
  /** Who the list is delivered for: those that the handoff asks for. */
  readonly requestors: readonly string[];
  /** Where Resync.glb comes back: the same folder, a share, a mailbox of files. */
  readonly place: Place;
  /** Local path of the copy to make, 0600; must not exist. */
  readonly privateCopy: string;
  readonly pollMs: number;
  /** The least time between the two reads of the file that must be the same. Default 1000. */
  readonly settleMs?: number;
  /** `Infinity` waits until somebody ends it. */
  readonly timeoutMs: number;
}

/**
 * Waits until the operator's Resync.glb is there and the same in two reads, and takes a private copy. Can be ended and taken up again
 * at any time: all that it knows lies in the folder. Throws `NOT_FOUND` for a folder without a handoff, `USAGE` for one that asks for
 * other requestors, `NOT_PRODUCED` when the command file says that it failed, or when the time is over, and `VERIFY_FAILED` when the
 * DSS was asked for other requestors than the handoff says.
 */
export async function awaitHandoff(wait: HandoffWait, context: RunContext): Promise<Generated> {
  const state = await readState(wait.folder);
  refuseOthers(wait, state);
  await refusePresent(wait.privateCopy);
  return step(context.reporter, "handoff-wait", "Wait for the operator's Resync.glb", async (voice) => {
    const { name, ...print } = await untilTaken(wait, state, context, voice);
    const list = { ...print, copy: wait.privateCopy, dxadata: state.dxadata, name: keptName(state.run).written };
    const found = `${name} in ${wait.place.label}: ${print.size.toLocaleString("en-US")} bytes, the same in two reads`;
    const unknown = { earlierKept: undefined, dxaVersion: undefined, writtenInMs: undefined };
    return { found, facts: { ...print }, value: { ...list, ...unknown, globalMax: state.globalMax } };
  });
}

function refuseOthers({ folder, requestors }: HandoffWait, state: HandoffState): void {
  if (isDeepStrictEqual(requestors.toSorted(), state.requestors.toSorted())) return;
  const named = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
  throw new ResyncError("USAGE", {
    message: `The handoff in ${folder} asks for ${named(state.requestors)}, not for ${named(requestors)}.`,
    state: "Nothing was waited for.",
    hint: "Name the same requestors, or prepare a handoff of its own, in another folder, for these.",
    facts: { folder, requestors: [...requestors], asked: state.requestors },
  });
}

async function untilTaken(
  wait: HandoffWait,
  state: HandoffState,
  context: RunContext,
  voice: StepVoice,
): Promise<Fingerprint & { name: string }> {
  const { clock, signal } = context;
  const started = clock.monotonic();
  for (;;) {
    const entry = await present(wait.place, signal);
    if (entry !== undefined) {
      voice.progress(entry.size, undefined);
      const print = await take(wait, entry.name, context);
      if (print !== undefined) {
        await verified(wait, state, context);
        return { ...print, name: entry.name };
      }
    } else {
      const failure = await takeFailure(wait.folder, state);
      if (failure !== undefined) throw failed(wait, state, failure);
    }
    if (clock.monotonic() - started >= wait.timeoutMs) throw notYet(wait, state);
    await clock.sleep(wait.pollMs, signal).catch((error: unknown) => {
      throw hasCode(error, "INTERRUPTED", "TERMINATED") ? error.with({ state: stillWaiting(wait) }) : error;
    });
  }
}

/** A stick that is out, or a share that is away, is waited for. */
async function present(place: Place, signal: AbortSignal): Promise<PlaceEntry | undefined> {
  try {
    return await findResync(place, signal);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_FOLDER", "STALLED", "CONNECTION_LOST", "IO")) return undefined;
    throw error;
  }
}

/** The file's fingerprint when two reads give the same bytes; the second makes the private copy. An empty file is not finished. */
async function take(wait: HandoffWait, name: string, { clock, signal }: RunContext): Promise<Fingerprint | undefined> {
  const path = placePath(name);
  try {
    const first = await fingerprint(wait.place.read(path, { signal }));
    if (first.size === 0) return undefined;
    await clock.sleep(wait.settleMs ?? DEFAULT_SETTLE_MS, signal);
    const second = await writePrivateFile(wait.privateCopy, wait.place.read(path, { signal }));
    if (sameBytes(first, second)) return second;
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "FILE_BUSY", "CONNECTION_LOST", "IO")) throw error;
  }
  await rm(wait.privateCopy, { force: true });
  return undefined;
}

async function verified(wait: HandoffWait, state: HandoffState, context: RunContext): Promise<void> {
  try {
    await checkAsked(wait.folder, state, context);
  } catch (error) {
    await rm(wait.privateCopy, { force: true });
    throw error;
  }
}

function failed(wait: HandoffWait, state: HandoffState, said: string): ResyncError {
  return new ResyncError("NOT_PRODUCED", {
    message: `The operator's command file ended without a list: ${said}`,
    state: "It says itself what it put back on the DSS. Nothing was delivered.",
    hint: "When the cause is mended, run RESYNC.CMD on the DSS again and go on waiting with --resume.",
    facts: { folder: wait.folder, requestors: state.requestors, said },
  });
}

function notYet(wait: HandoffWait, state: HandoffState): ResyncError {
  return new ResyncError("NOT_PRODUCED", {
    message: `No finished Resync.glb came to ${wait.place.label} in ${Math.round(wait.timeoutMs / 1000)} s.`,
    state: stillWaiting(wait),
    hint: "Ask the operator; then go on waiting with --resume.",
    facts: { folder: wait.folder, requestors: state.requestors, since: state.createdAt },
  });
}

function stillWaiting(wait: HandoffWait): string {
  return `The handoff in ${wait.folder} is as it was, and can be taken up again. Nothing was delivered.`;
}
