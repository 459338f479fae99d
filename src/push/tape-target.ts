import { dirname } from "node:path";
import type { RunContext } from "../context.ts";
import { asResyncError } from "../errors.ts";
import { step } from "../report/step.ts";
import type { Delivered, Delivery } from "../transfer/deliver.ts";
import { showFingerprint } from "../transfer/digest.ts";
import { localPlace } from "../transfer/places/local.ts";
import { deviceKind, type DeviceKind } from "../transfer/tape/device.ts";
import { formatTapeAddress } from "../transfer/tape/tape-address.ts";
import { controlOf, type Tape } from "../transfer/tape/tape.ts";
import { deliverOnTape } from "../transfer/tape/write-tape.ts";
import type { Target } from "./targets.ts";

const SHOWN: Record<DeviceKind, string> = {
  drive: "a drive; what is on the tape will be lost",
  pipe: "a named pipe; nothing can be read back from it",
  file: "a file, which will be replaced",
  nothing: "a file to make",
};

/** A tape that takes the delivery as a tar archive. */
export function tapeTarget(tape: Tape): Target {
  const label = formatTapeAddress(tape);
  return {
    label,
    recognizes: false,
    plan: `write a tar archive of RESYNC.GLB and RESYNC.JSN to ${label}, in blocks of ${tape.blocking * 512} bytes, and read it back`,
    check: (context) => check(tape, label, context),
    deliver: (delivery, context) => deliver(tape, label, delivery, context),
  };
}

/** What is on a tape is not looked at: that would mean to wind and read it. */
async function check(tape: Tape, label: string, { reporter, signal }: RunContext): Promise<undefined> {
  return step(reporter, "target.check", "Tape to deliver to", async () => {
    try {
      const { kind, found } = await lookAtTape(tape, signal);
      return { found: `${label}: ${found}`, facts: { tape: label, kind }, value: undefined };
    } catch (error) {
      throw asResyncError(error).with({ state: "Nothing was changed on the DSS or at any place." });
    }
  });
}

/** What a tape is, in words, and whether it answers; nothing is moved or written. Throws what the device and its `mt` throw. */
export async function lookAtTape(tape: Tape, signal: AbortSignal): Promise<{ kind: DeviceKind; found: string }> {
  const kind = await deviceKind(tape.device);
  await controlOf(tape, kind).status(signal);
  if (kind === "nothing") await localPlace(dirname(tape.device)).list(undefined, { signal });
  return { kind, found: SHOWN[kind] };
}

async function deliver(tape: Tape, label: string, delivery: Delivery, context: RunContext): Promise<Delivered> {
  const { reporter, journal, signal } = context;
  return step(reporter, "deliver", "Write the tape and read it back", async ({ progress }) => {
    const value = await deliverOnTape(tape, delivery, { journal, signal, onProgress: progress });
    if (value.readBack === false) {
      reporter.emit({
        type: "warning",
        text: `${label} is a pipe: the list went into it, and nobody knows what arrived at its other end.`,
        hint: "resync import proves it there.",
        facts: { tape: label },
      });
    }
    const found = `${label}: ${showFingerprint(delivery.manifest)}`;
    return { found, facts: { tape: label, ...value }, value };
  });
}
