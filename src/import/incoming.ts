import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { RunContext } from "../context.ts";
import { ResyncError } from "../errors.ts";
import type { MasterListCheck } from "../glb/identify.ts";
import { lookInto } from "../glb/look-into.ts";
import { step } from "../report/step.ts";
import { copyOut } from "../transfer/collect.ts";
import { showFingerprint, type Fingerprint } from "../transfer/digest.ts";
import type { Manifest } from "../transfer/manifest.ts";
import { placePath } from "../transfer/place.ts";
import { fromErrno } from "../transfer/places/errno.ts";
import { localPlace } from "../transfer/places/local.ts";
import type { TrustedKey } from "../transfer/signature/keys.ts";
import { takeDelivery, type DeliverySource } from "./take-delivery.ts";
import { STEP } from "./trace.ts";

/** A master list on its way into a postoffice: a private copy that was proved whole and looked into. */
export interface Incoming extends Fingerprint {
  /** Local path of the private copy. */
  readonly file: string;
  /** `undefined` for a bare file, which nobody vouches for. */
  readonly manifest: Manifest | undefined;
  readonly check: MasterListCheck;
}

/** Where the list comes from. */
export type IncomingSource = DeliverySource | { readonly kind: "file"; readonly path: string };

/**
 * Takes the list into the run's folder, proves it against its manifest and looks into it. The place and the postoffice are not changed.
 * Throws what `collect` throws, and `FILE_NOT_USABLE` for a file that is no master list. With `trustedKeys` a delivery is taken only when
 * one of them signed it, and a bare file never (`DELIVERY_NOT_TRUSTED`).
 */
export async function takeIncoming(
  source: IncomingSource,
  folder: string,
  context: RunContext,
  trustedKeys: readonly TrustedKey[] = [],
): Promise<Incoming> {
  const copy = join(folder, "RESYNC.GLB");
  if (source.kind === "file" && trustedKeys.length > 0) throw bareFileNotTrusted(source.path);
  const taken =
    source.kind === "file"
      ? await takeFile(source.path, copy, context)
      : await takeDelivery(source, copy, context, trustedKeys);
  const check = await lookInto(copy, context);
  await context.journal.note(STEP.list, { header: { ...check.header }, counts: { ...check.counts } });
  return { ...taken, file: copy, check };
}

async function takeFile(
  path: string,
  copy: string,
  { reporter, signal }: RunContext,
): Promise<Fingerprint & { manifest: undefined }> {
  return step(reporter, "collect", "Take the file", async (voice) => {
    const size = await sizeOf(path);
    const print = await copyOut(localPlace(dirname(path)), placePath(basename(path)), copy, {
      signal,
      onProgress: (done) => voice.progress(done, size),
    });
    reporter.emit({
      type: "warning",
      text: "This is a bare file without a manifest: nothing proves that it is whole, or whom it is for.",
      hint: "Prefer --from with a place that resync push delivered to.",
      facts: { path },
    });
    return {
      found: `${path}: ${showFingerprint(print)}`,
      facts: { path, ...print },
      value: { ...print, manifest: undefined },
    };
  });
}

function bareFileNotTrusted(path: string): ResyncError {
  return new ResyncError("DELIVERY_NOT_TRUSTED", {
    message: `${path} is a bare file: it bears no signature, and only signed deliveries are taken here.`,
    state: "Nothing was taken; the postoffice was not touched.",
    hint: "Import a signed delivery with --from, or leave out the trusted keys for this one import.",
    facts: { path },
  });
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw fromErrno(error, path);
  });
  if (found.isFile()) return found.size;
  throw new ResyncError("FILE_NOT_USABLE", {
    message: `${path} is ${found.isDirectory() ? "a folder" : "no file"}, not a master list.`,
    state: "Nothing was changed.",
    hint: "To import a delivery from a folder, write --from FOLDER.",
  });
}
