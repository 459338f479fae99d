import { createHash, randomBytes } from "node:crypto";
import { chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasCode } from "../../../src/errors.ts";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath, type Place } from "../../../src/transfer/place.ts";
import { localPlace } from "../../../src/transfer/places/local.ts";
import { sftpPlace } from "../../../src/transfer/places/sftp.ts";
import { openSmbPlace } from "../../../src/transfer/places/smb.ts";
import { makeSshdBed, needSshd, SSHD_USER } from "../../servers/openssh.ts";
import { startSamba } from "../../servers/samba.ts";
import { need } from "../../support/need.ts";

/** `SMB_MATRIX=1` does a thousand. */
const REPLACES = process.env["SMB_MATRIX"] === "1" ? 1000 : 150;
const A = placePath("RS000001.TMG");
const B = placePath("RESYNC.GLB");
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A folder that several places show at once, and what it is on this machine. */
interface Shared {
  readonly folder: string;
  open(): Promise<Place>;
  stop(): Promise<void>;
}

async function local(): Promise<Shared> {
  const folder = mkdtempSync(join(tmpdir(), "resync-replaces-"));
  return { folder, open: async () => localPlace(folder), stop: async () => rmSync(folder, { recursive: true }) };
}

async function sftp(): Promise<Shared> {
  const bed = await makeSshdBed();
  const server = await bed.start();
  const folder = join(bed.data, "shared");
  mkdirSync(folder);
  if (process.getuid?.() === 0) chownSync(folder, 4242, 4242);
  const address = { kind: "sftp", user: SSHD_USER, host: server.host, port: server.port, path: folder } as const;
  const ssh = { knownHostsFiles: [server.knownHosts], keyFiles: [bed.keys.ed25519], agent: false } as const;
  return { folder, open: async () => sftpPlace(address, { ssh }), stop: async () => bed.close() };
}

async function smb(): Promise<Shared> {
  const server = await startSamba();
  const open = async (): Promise<Place> =>
    openSmbPlace(server.address("share"), { password: async () => server.password });
  return { folder: server.folder("share"), open, stop: async () => server.stop() };
}

describe(`${REPLACES} replaces while others read: nothing torn, nothing missing`, () => {
  it("in a local folder", async () => replaceWhileRead(await local()), 180_000);
  it.skipIf(!needSshd())("over SFTP", async () => replaceWhileRead(await sftp()), 180_000);
  it.skipIf(!need("smbd"))("over SMB", async () => replaceWhileRead(await smb()), 180_000);
});

/** One place replaces a file again and again; two others and a program on the machine itself read it all the while. */
async function replaceWhileRead({ folder, open, stop }: Shared): Promise<void> {
  const [writer, ...readers] = await Promise.all([open(), open(), open()]);
  const versions = [1, 200_000, 70_001, 1_200_000].map((size) => randomBytes(size));
  const known = new Set(versions.map(digest));
  const seen = { reads: 0, torn: 0, missing: 0 };
  const note = (bytes: Uint8Array): void => {
    seen.reads += 1;
    if (!known.has(digest(bytes))) seen.torn += 1;
  };
  const done = new AbortController();
  const throughPlace = async (place: Place): Promise<void> => {
    while (!done.signal.aborted) {
      await collectBytes(place.read(B), 2_000_000).then(note, (error: unknown) => {
        if (!hasCode(error, "NOT_FOUND")) throw error;
        seen.missing += 1;
      });
    }
  };
  const onDisk = async (): Promise<void> => {
    while (!done.signal.aborted) await readFile(join(folder, B)).then(note, () => (seen.missing += 1));
  };
  const replaceOnce = async (version: Uint8Array): Promise<void> => {
    await writer.writeNew(A, bytesOf(version), { size: version.length });
    expect(await writer.replace(A, B)).toEqual({ atomic: true });
  };
  await replaceOnce(versions[0] ?? Buffer.alloc(0));
  const reading = Promise.all([...readers.map(throughPlace), onDisk()]);
  try {
    for (let i = 0; i < REPLACES; i++) await replaceOnce(versions[i % versions.length] ?? Buffer.alloc(0));
  } finally {
    done.abort();
    await reading;
    await Promise.all([writer, ...readers].map(async (place) => place.close()));
    await stop();
  }
  if (REPLACES === 1000) process.stderr.write(`1,000 replaces, ${writer.label}: ${JSON.stringify(seen)}\n`);
  expect(seen.reads).toBeGreaterThan(REPLACES / 10);
  expect({ torn: seen.torn, missing: seen.missing }).toEqual({ torn: 0, missing: 0 });
}
