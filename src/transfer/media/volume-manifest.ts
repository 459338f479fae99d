import { z } from "zod";
import { ResyncError } from "../../errors.ts";
import { asSha256, type Sha256 } from "../digest.ts";
import { encodeJson } from "../json.ts";
import type { Manifest } from "../manifest.ts";
import type { VolumePart } from "./volumes.ts";

const count = z.number().int().nonnegative();
const schema = z.object({
  format: z.literal("msmail-resync-volume"),
  version: z.literal(1),
  volume: count.min(1).max(999),
  volumes: count.min(1).max(999),
  offset: count,
  size: count.min(1),
  sha256: z.string(),
  delivery: z.record(z.string(), z.unknown()),
});

/** A part and what it must be on arrival. */
export interface VolumeEntry extends VolumePart {
  readonly sha256: Sha256;
}

/** What a disk says about itself. */
export interface VolumeManifest extends VolumeEntry {
  /** The manifest of the whole delivery, as the bytes of the `RESYNC.JSN` that it would be: the same on every disk of a delivery. */
  readonly delivery: Buffer;
}

/** The bytes of `VOL001.JSN`: the disk's part, and the manifest of the whole delivery with its signature. */
export function encodeVolumeManifest(
  { volume, volumes, offset, size, sha256 }: VolumeEntry,
  delivery: Manifest,
): Buffer {
  const head = { format: "msmail-resync-volume", version: 1 };
  return encodeJson({ ...head, volume, volumes, offset, size, sha256, delivery });
}

/** Reads a disk's manifest; `where` names the file for the error. Throws `DELIVERY_INCOMPLETE` for one that is damaged or no such manifest. */
export function decodeVolumeManifest(bytes: Uint8Array, where: string): VolumeManifest {
  const parsed = schema.safeParse(parseJson(bytes));
  const sha256 = parsed.success ? asSha256(parsed.data.sha256) : undefined;
  if (!parsed.success || sha256 === undefined || parsed.data.volume > parsed.data.volumes) {
    throw new ResyncError("DELIVERY_INCOMPLETE", {
      message: `The manifest ${where} is damaged, or not one of a disk.`,
      state: "Nothing was taken from this disk.",
      hint: "Write this disk anew, or look whether its drive reads others.",
    });
  }
  const { volume, volumes, offset, size, delivery } = parsed.data;
  return { volume, volumes, offset, size, sha256, delivery: encodeJson(delivery) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
