import { z } from "zod";
import { ResyncError } from "../errors.ts";
import { asSha256, type Fingerprint, type Sha256 } from "./digest.ts";
import { encodeJson } from "./json.ts";
import { signatureSchema } from "./signature/signature.ts";

/** Bytes of a manifest at the most; a larger file under its name is not one. */
export const MANIFEST_LIMIT = 1_048_576;

const count = z.number().int().nonnegative();

/** The numbers of a header transaction (Q119449). */
export const headerSchema = z.object({ impSeq: count, reqSeq: count, srvSeq: count });

const manifestSchema = z.object({
  format: z.literal("msmail-resync-delivery"),
  version: z.literal(1),
  id: z.string().min(1).max(100),
  createdAt: z.iso.datetime(),
  tool: z.string(),
  dss: z.string(),
  requestors: z.array(z.string().min(1)),
  size: count,
  sha256: z.string().transform((text, context): Sha256 => {
    const sha256 = asSha256(text);
    if (sha256 !== undefined) return sha256;
    context.issues.push({ code: "custom", message: "not a SHA-256", input: text });
    return z.NEVER;
  }),
  header: headerSchema.nullable(),
  counts: z.object({ records: count, addresses: count, lists: count }).nullable(),
  signature: signatureSchema.optional(),
});

/** The part of a manifest that tells one delivery from the next one. */
export const sealSchema = manifestSchema.pick({
  createdAt: true,
  dss: true,
  requestors: true,
  header: true,
  counts: true,
});

/**
 * What goes with a master list on its way: which list this is and what it must be on arrival. It is written last: a folder with a
 * manifest whose size and SHA-256 fit the file beside it holds a whole delivery, any other folder does not.
 * `header` and `counts` are null where the file's inside could not be read (its layout is not public). `signature` is there only when the
 * pusher signs; nothing here looks whether it is right, `proveSigned` does.
 */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** A manifest as the bytes of `RESYNC.JSN`. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return encodeJson(manifest);
}

/** Reads a manifest's bytes; `where` names the file for the error. Throws `DELIVERY_INCOMPLETE` for a damaged one, `FILE_NOT_USABLE` for a newer version. */
export function decodeManifest(bytes: Uint8Array, where: string): Manifest {
  const json = parseJson(bytes, where);
  const version = z.object({ format: z.literal("msmail-resync-delivery"), version: z.number() }).safeParse(json);
  if (version.success && version.data.version > 1) {
    throw new ResyncError("FILE_NOT_USABLE", {
      message: `${where} was made by a newer resync (manifest version ${version.data.version}).`,
      hint: "Use the same or a newer version of resync on this side.",
    });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw damaged(where, z.prettifyError(parsed.error));
  return parsed.data;
}

/** What the file beside a manifest must be. */
export function promised(manifest: Manifest): Fingerprint {
  return { size: manifest.size, sha256: manifest.sha256 };
}

function parseJson(bytes: Uint8Array, where: string): unknown {
  if (bytes.length > MANIFEST_LIMIT) throw damaged(where, `${bytes.length} bytes is too long`);
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw damaged(where, "not JSON", error);
  }
}

function damaged(where: string, why: string, cause?: unknown): ResyncError {
  return new ResyncError("DELIVERY_INCOMPLETE", {
    message: `The manifest ${where} is damaged: ${why}.`,
    state: "Nothing was taken from this delivery.",
    hint: "Run resync push again; it replaces the manifest. To import the file without one, give its path to resync import.",
    cause,
  });
}
