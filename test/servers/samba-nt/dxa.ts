import { setTimeout as delay } from "node:timers/promises";

/** How the stand-in DXA behaves; may be changed at any time. Milliseconds. */
export interface DxaKnobs {
  /** Between RUNNING and the first byte. */
  delayMs: number;
  /** Between the pieces in which the file grows; one a requestor. */
  stepMs: number;
  /** The value is looked at only when a cycle begins (Q146738). */
  needsKick: boolean;
  /** The value is not looked at. */
  ignoreValue: boolean;
  /** The value stays, though the file is written. */
  keepValue: boolean;
  /** The value goes, but no file is written. */
  noFile: boolean;
  /** The file is open to nobody else while it is written. */
  exclusive: boolean;
  /** The disk is full after half of the file; the value stays. */
  diskFull: boolean;
  /** Called when the disk has become full: a real one logs an event. */
  onFull: () => void;
  /** The file's bytes for the requestors named; default a few lines each. */
  content: (requestors: readonly string[]) => Uint8Array | Promise<Uint8Array>;
}

/** What the DXA sees of its machine. */
export interface DxaSurroundings {
  /** The strings of `ResyncConnectionRDNs`; empty when there is no such value. */
  readTrigger(): Promise<string[]>;
  removeTrigger(): Promise<void>;
  /** Settles when a cycle begins; false when the service's time is over first. */
  kicked(): Promise<boolean>;
  /** Writes Resync.glb as the pieces come; `exclusive` keeps everybody else from it meanwhile. */
  write(pieces: AsyncIterable<Uint8Array>, exclusive: boolean): Promise<void>;
}

/** What the service does when it has started: value read, file written in steps, value removed (Q150976). */
export async function playDxa(around: DxaSurroundings, knobs: DxaKnobs): Promise<void> {
  if (knobs.needsKick && !(await around.kicked())) return;
  const requestors = knobs.ignoreValue ? [] : await around.readTrigger();
  if (requestors.length === 0) return;
  await delay(knobs.delayMs);
  if (!knobs.noFile) {
    const content = await knobs.content(requestors);
    const written = knobs.diskFull ? content.subarray(0, content.length / 2) : content;
    await around.write(inSteps(written, knobs.stepMs), knobs.exclusive);
    if (knobs.diskFull) knobs.onFull();
  }
  if (!knobs.keepValue && !knobs.diskFull) await around.removeTrigger();
}

async function* inSteps(content: Uint8Array, stepMs: number): AsyncGenerator<Uint8Array> {
  const piece = Math.ceil(content.length / STEPS);
  for (let at = 0; at < content.length; at += piece) {
    yield content.subarray(at, at + piece);
    await delay(stepMs);
  }
}

const STEPS = 4;

/** A DXA that does its work at once. */
export function diligent(): DxaKnobs {
  return {
    delayMs: 50,
    stepMs: 30,
    needsKick: false,
    ignoreValue: false,
    keepValue: false,
    noFile: false,
    exclusive: false,
    diskFull: false,
    onFull: () => undefined,
    content: (requestors) => Buffer.from(requestors.map((name) => `stand-in list for ${name}\r\n`.repeat(20)).join("")),
  };
}
