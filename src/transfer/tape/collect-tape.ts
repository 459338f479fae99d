import { rm } from "node:fs/promises";
import { ResyncError } from "../../errors.ts";
import { saveBytes, takeManifest, type Collected, type CollectOptions } from "../collect.ts";
import { sameBytes, showFingerprint } from "../digest.ts";
import { promised } from "../manifest.ts";
import { GLB_NAME } from "../names.ts";
import { readArchive } from "./archive.ts";
import { deviceKind } from "./device.ts";
import { controlOf, tapeBytes, type Tape } from "./tape.ts";
import { formatTapeAddress } from "./tape-address.ts";

/**
 * Takes a delivery from a tape into a private copy and proves it whole. Throws `NOT_FOUND`, `DELIVERY_INCOMPLETE`, `DELIVERY_NOT_TRUSTED`,
 * or what the device throws; no copy is left behind then.
 */
export async function collectFromTape(
  tape: Tape,
  { copy, signal, trustedKeys = [] }: Omit<CollectOptions, "onProgress">,
): Promise<Collected> {
  const label = formatTapeAddress(tape);
  const kind = await deviceKind(tape.device);
  if (kind === "nothing") {
    throw new ResyncError("NOT_FOUND", { message: `There is no ${tape.device}.`, state: "Nothing was taken." });
  }
  const control = controlOf(tape, kind);
  await control.rewind(signal);
  try {
    const source = tapeBytes(tape, kind, signal);
    const { list, manifestBytes } = await readArchive(source, label, async (bytes) => saveBytes(bytes, copy));
    const taken = takeManifest(manifestBytes, label, trustedKeys);
    const wanted = promised(taken.manifest);
    if (!sameBytes(list, wanted)) throw doesNotFit(label, showFingerprint(list), showFingerprint(wanted));
    await control.rewind(signal);
    return { ...list, copy, ...taken };
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
}

function doesNotFit(label: string, found: string, wanted: string): ResyncError {
  return new ResyncError("DELIVERY_INCOMPLETE", {
    message: `The delivery at ${label} is not complete: ${GLB_NAME} is ${found}, but its manifest promises ${wanted}.`,
    state: "Nothing was taken; the postoffice was not touched.",
    hint: "Clean the drive and try again, or ask for the tape anew.",
  });
}
