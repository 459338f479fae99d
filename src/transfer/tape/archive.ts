import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack, type Pack } from "tar-stream";
import { errnoOf } from "../../errno.ts";
import { ResyncError } from "../../errors.ts";
import { bytesOf, collectBytes, localBytes } from "../bytes.ts";
import type { Delivery } from "../deliver.ts";
import type { Fingerprint } from "../digest.ts";
import { encodeManifest, MANIFEST_LIMIT } from "../manifest.ts";
import { GLB_NAME, MANIFEST_NAME } from "../names.ts";
import { fromErrno } from "../places/errno.ts";
import { UNIT } from "./tape-address.ts";

/** A delivery as a tar archive (ustar): RESYNC.GLB, then RESYNC.JSN; from the start at each iteration. */
export function archiveOf({ file, manifest }: Delivery): AsyncIterable<Uint8Array> {
  const manifestBytes = encodeManifest(manifest);
  const mtime = new Date(manifest.createdAt);
  const members = [
    { name: GLB_NAME, size: manifest.size, source: localBytes(file) },
    { name: MANIFEST_NAME, size: manifestBytes.length, source: bytesOf(manifestBytes) },
  ];
  return {
    async *[Symbol.asyncIterator]() {
      const archive = pack();
      const packed = (async () => {
        for (const { name, size, source } of members) await add(archive, { name, size, mtime }, source);
        archive.finalize();
      })();
      packed.catch((error: Error) => archive.destroy(error));
      yield* archive as AsyncIterable<Uint8Array>;
      await packed;
    },
  };
}

async function add(
  archive: Pack,
  header: { name: string; size: number; mtime: Date },
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  await pipeline(Readable.from(source), archive.entry({ ...header, mode: 0o600, type: "file" }));
}

/** Bytes of the archive of a delivery, in whole blocks of `blocking` units. */
export function archiveSize({ manifest }: Delivery, blocking: number): number {
  const members = [manifest.size, encodeManifest(manifest).length];
  // A header each, contents filled up to units, two empty units at the end.
  const units = members.reduce((sum, size) => sum + 1 + Math.ceil(size / UNIT), 2);
  return Math.ceil(units / blocking) * blocking * UNIT;
}

/** What an archive holds of a delivery. */
export interface ArchivedDelivery {
  /** What the list in it is. */
  readonly list: Fingerprint;
  readonly manifestBytes: Buffer;
}

/**
 * Reads an archive to its end. The list's bytes go through `takeList`; other files in it are passed over. Throws `DELIVERY_INCOMPLETE`
 * when it is no tar archive, is cut short, or lacks one of the two files; `where` names it. What the source and `takeList` throw passes.
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  where: string,
  takeList: (bytes: AsyncIterable<Uint8Array>) => Promise<Fingerprint>,
): Promise<ArchivedDelivery> {
  const members = extract();
  const fed = failureOf(pipeline(Readable.from(source), members), where);
  // What ended the feeding is the reason; that the stream then was destroyed is only what came of it.
  const reason = async (error: unknown) => (await fed) ?? fromTar(error, where);
  async function* bytesOfMember(member: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
    try {
      yield* member as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw await reason(error);
    }
  }
  /** A member must be read to its end: left earlier, the archive would wait for that for ever. */
  const manifestIn = async (size: number, bytes: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    if (size > MANIFEST_LIMIT) throw unreadable(where, `its ${MANIFEST_NAME} is ${size} bytes long`);
    return collectBytes(bytes, size);
  };
  let list: Fingerprint | undefined;
  let manifestBytes: Buffer | undefined;
  try {
    for await (const member of members) {
      const name = member.header.name.replace(/^\.\//u, "").toUpperCase();
      if (name === GLB_NAME) list = await takeList(bytesOfMember(member));
      else if (name === MANIFEST_NAME) manifestBytes = await manifestIn(member.header.size ?? 0, bytesOfMember(member));
      member.resume();
    }
    const failure = await fed;
    if (failure !== undefined) throw failure;
  } catch (error) {
    throw error instanceof ResyncError ? error : await reason(error);
  }
  if (list === undefined) throw unreadable(where, `there is no ${GLB_NAME} in it`);
  if (manifestBytes === undefined) throw unreadable(where, `there is no ${MANIFEST_NAME} in it`);
  return { list, manifestBytes };
}

async function failureOf(work: Promise<void>, where: string): Promise<ResyncError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return fromTar(error, where);
  }
}

/** Failures of the file system and ours are told as they are; all others are the archive's. */
function fromTar(error: unknown, where: string): ResyncError {
  if (error instanceof ResyncError) return error;
  if (/^E[A-Z0-9]+$/u.test(errnoOf(error) ?? "")) return fromErrno(error, where);
  return unreadable(where, error instanceof Error ? error.message : String(error));
}

function unreadable(where: string, why: string): ResyncError {
  return new ResyncError("DELIVERY_INCOMPLETE", {
    message: `${where} holds no whole delivery: ${why}.`,
    state: "Nothing was taken; the postoffice was not touched.",
    hint: "Look whether it is the right tape, at its beginning; tar -t shows what is on it. A push that was cut off must be run again.",
    facts: { where },
  });
}
