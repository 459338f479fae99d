import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ResyncError } from "../../src/errors.ts";
import { createFile } from "../../src/smb2/files/create.ts";
import { listFolder } from "../../src/smb2/files/folder.ts";
import { readFile } from "../../src/smb2/files/read.ts";
import { removeFile } from "../../src/smb2/files/remove.ts";
import { renameFile } from "../../src/smb2/files/rename.ts";
import { statPath } from "../../src/smb2/files/stat.ts";
import { DIALECT, type Dialect } from "../../src/smb2/options.ts";
import { bytesOf, collectBytes } from "../../src/transfer/bytes.ts";
import { openOn } from "./open-peer.ts";
import { startPeer, type PeerScript } from "./peer.ts";

/** A generator of numbers that a seed determines (mulberry32): a run that fails can be run again. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** How a session with one mutated answer ended. */
export interface Outcome {
  readonly seed: number;
  /** An error code, or `fine`. */
  readonly ended: string;
  /** Anything that must never be: an error of another kind, wrong bytes under a signature. */
  readonly wrong: string | undefined;
  readonly ms: number;
}

const CONTENT = randomBytes(70_000);
const TIMEOUT_MS = 40;
/** Numbers that length and offset fields break on. */
const NASTY = [0, 1, 7, 0x7f, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];

/**
 * One session against a server one of whose answers is changed: before it is signed, as a hostile server does, or on the way, as a
 * hostile line does. `seed` decides about dialect, protection, which answer and how.
 */
export async function runMutated(seed: number): Promise<Outcome> {
  const random = seeded(seed);
  const dialects = Object.values(DIALECT);
  const dialect = dialects[random(dialects.length)] ?? DIALECT.smb311;
  const protection = ["plain", "signed", "sealed"][random(3)] ?? "plain";
  const hostileServer = random(2) === 0;
  const target = random(24);
  let answers = 0;
  const change = (message: Buffer): Buffer => (answers++ === target ? mutated(message, random) : message);
  const script: PeerScript = {
    dialect,
    ...(protection === "sealed" && dialect >= DIALECT.smb300 ? { sessionFlags: 4 } : {}),
    ...(hostileServer ? { beforeProtection: change } : { onTheLine: change }),
  };
  const started = performance.now();
  try {
    const intact = await session(script, dialect, protection === "plain");
    const wrong = intact || protection === "plain" || hostileServer ? undefined : "wrong bytes in a protected session";
    return { seed, ended: "fine", wrong, ms: performance.now() - started };
  } catch (error) {
    const wrong = error instanceof ResyncError && error.code !== "UNEXPECTED" ? undefined : String(error);
    const ended = error instanceof ResyncError ? error.code : "another error";
    return { seed, ended, wrong, ms: performance.now() - started };
  }
}

/** Everything the client can do, once. True when what came back is what was sent. */
async function session(script: PeerScript, dialect: Dialect, plain: boolean): Promise<boolean> {
  const peer = startPeer(script);
  const share = await openOn(peer, {
    requestTimeoutMs: TIMEOUT_MS,
    dialects: [DIALECT.smb202, dialect],
    signing: plain ? "when-demanded" : "required",
  });
  try {
    await createFile(share, "A.TMG", bytesOf(CONTENT), { size: 5_000_000 });
    const stat = await statPath(share, "A.TMG");
    await renameFile(share, "A.TMG", "B.GLB", { replace: true });
    const back = await collectBytes(readFile(share, "B.GLB"), CONTENT.length);
    const names = (await listFolder(share, "")).map(({ name }) => name);
    await removeFile(share, "B.GLB");
    return back.equals(CONTENT) && stat?.size === CONTENT.length && isDeepStrictEqual(names, ["B.GLB"]);
  } finally {
    await share.close();
  }
}

/** A copy with one to three changes: bits, numbers in fields, cut, drawn out, doubled. */
function mutated(message: Buffer, random: (below: number) => number): Buffer {
  let copy: Buffer = Buffer.from(message);
  for (let changes = 1 + random(3); changes > 0; changes--) copy = changeOnce(copy, random);
  return copy;
}

function changeOnce(bytes: Buffer, random: (below: number) => number): Buffer {
  // Fields stand at the front; the bulk behind is data.
  const at = random(random(2) === 0 ? Math.min(bytes.length, 200) : bytes.length);
  const nasty = NASTY[random(NASTY.length)] ?? 0;
  switch (random(6)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    case 1:
      if (at + 2 <= bytes.length) bytes.writeUInt16LE(nasty & 0xffff, at);
      return bytes;
    case 2:
      if (at + 4 <= bytes.length) bytes.writeUInt32LE(nasty, at & ~3);
      return bytes;
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return Buffer.concat([bytes, randomBytes(1 + random(70_000))]);
    default:
      return Buffer.concat([bytes, bytes]);
  }
}
