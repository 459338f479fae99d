import { basename, dirname } from "node:path";
import { asResyncError, ResyncError } from "../../errors.ts";
import type { Delivered, Delivery } from "../deliver.ts";
import { fingerprint, sameBytes, showFingerprint } from "../digest.ts";
import { encodeManifest, promised } from "../manifest.ts";
import { temporaryNames } from "../names.ts";
import { placePath } from "../place.ts";
import { localPlace } from "../places/local.ts";
import type { PutOptions } from "../put-pair.ts";
import { archiveOf, archiveSize, readArchive } from "./archive.ts";
import { deviceKind, tapeBlocks, writeToDrive } from "./device.ts";
import { writeToPipe } from "./pipe.ts";
import { controlOf, tapeBytes, waiting, type Tape } from "./tape.ts";
import { formatTapeAddress } from "./tape-address.ts";

/**
 * Writes a delivery as a tar archive: onto the tape in a drive, from its beginning; into a file, which takes the place of an older one
 * only when it was read back; or into a pipe, from which nothing can be read back (`readBack: false`). Throws `VERIFY_FAILED` and what
 * the device throws.
 */
export async function deliverOnTape(tape: Tape, delivery: Delivery, options: PutOptions): Promise<Delivered> {
  const { device, blocking } = tape;
  const kind = await deviceKind(device);
  const write = { drive: writeDrive, pipe: writePipe, file: writeFile, nothing: writeFile }[kind];
  const bytes = archiveSize(delivery, blocking);
  await options.journal.act("deliver.tape", { device, blocking, bytes }, async () => write(tape, delivery, options));
  const fate = { atomic: true, resent: false, removedLeftovers: [] };
  return { outcome: "delivered", ...fate, archive: true, readBack: kind !== "pipe" };
}

async function writeDrive(tape: Tape, delivery: Delivery, options: PutOptions): Promise<void> {
  const { signal } = options;
  const control = controlOf(tape, "drive");
  const total = archiveSize(delivery, tape.blocking) * 2;
  await control.rewind(signal);
  try {
    const onProgress = (bytes: number) => options.onProgress?.(bytes, total);
    await writeToDrive(tape.device, blocksOf(tape, delivery, signal), { open: tape.open, signal, onProgress });
    await control.rewind(signal);
    await verify(tape, metered(tapeBytes(tape, "drive", signal), total / 2, total, options), delivery);
    await control.rewind(signal);
  } catch (error) {
    const failure = asResyncError(error);
    const lost = "What is on the tape now is no whole delivery; what was on it is lost.";
    throw failure.with({ state: failure.state ?? lost });
  }
}

async function writePipe(tape: Tape, delivery: Delivery, options: PutOptions): Promise<void> {
  const { signal } = options;
  const total = archiveSize(delivery, tape.blocking);
  const onProgress = (bytes: number) => options.onProgress?.(bytes, total);
  await controlOf(tape, "pipe").rewind(signal);
  await writeToPipe(tape.device, blocksOf(tape, delivery, signal), { ...waiting(tape, signal), onProgress });
}

async function writeFile(tape: Tape, delivery: Delivery, options: PutOptions): Promise<void> {
  const { signal } = options;
  const control = controlOf(tape, "file");
  const size = archiveSize(delivery, tape.blocking);
  const total = size * 2;
  const place = localPlace(dirname(tape.device));
  const temporary = temporaryNames(delivery.manifest.sha256).glb;
  await control.rewind(signal);
  try {
    await place.remove(temporary, { signal });
    const onProgress = (bytes: number) => options.onProgress?.(bytes, total);
    await place.writeNew(temporary, blocksOf(tape, delivery, signal), { signal, size, onProgress });
    await control.rewind(signal);
    await verify(tape, metered(place.read(temporary, { signal }), size, total, options), delivery);
    await place.replace(temporary, placePath(basename(tape.device)), { signal });
  } catch (error) {
    await place.remove(temporary).catch(() => undefined);
    throw asResyncError(error).with({ state: `${tape.device} is what it was.` });
  }
  await control.rewind(signal);
}

function blocksOf({ blocking }: Tape, delivery: Delivery, signal: AbortSignal): AsyncIterable<Buffer> {
  return tapeBlocks(archiveOf(delivery), blocking, signal);
}

async function verify(tape: Tape, source: AsyncIterable<Uint8Array>, { manifest }: Delivery): Promise<void> {
  const label = formatTapeAddress(tape);
  const { list, manifestBytes } = await readArchive(source, label, fingerprint).catch((error: unknown) => {
    const failure = asResyncError(error);
    throw failure.code === "DELIVERY_INCOMPLETE"
      ? differs(`${label} cannot be read back: ${failure.message}`)
      : failure;
  });
  const wanted = promised(manifest);
  if (sameBytes(list, wanted) && manifestBytes.equals(encodeManifest(manifest))) return;
  throw differs(
    `${label} gives back something else than was written: ${showFingerprint(list)} instead of ${showFingerprint(wanted)}.`,
  );
}

function differs(message: string): ResyncError {
  return new ResyncError("VERIFY_FAILED", { message, hint: "Clean the drive, or take another tape." });
}

async function* metered(
  source: AsyncIterable<Uint8Array>,
  from: number,
  total: number,
  { onProgress }: PutOptions,
): AsyncGenerator<Uint8Array> {
  let at = from;
  for await (const chunk of source) {
    at += chunk.length;
    onProgress?.(at, total);
    yield chunk;
  }
}
