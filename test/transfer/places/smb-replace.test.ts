import { describe, expect, it } from "vitest";
import { createFile } from "../../../src/smb2/files/create.ts";
import { COMMAND } from "../../../src/smb2/wire/header.ts";
import { bytesOf } from "../../../src/transfer/bytes.ts";
import { replaceSmb } from "../../../src/transfer/places/smb-replace.ts";
import { openPeer } from "../../smb2/open-peer.ts";
import type { PeerScript } from "../../smb2/peer.ts";

const ACCESS_DENIED = 0xc000_0022;
const SHARING_VIOLATION = 0xc000_0043;
const DELETE = 0x0001_0000;

/** A server that refuses as Windows does while somebody has RESYNC.GLB open: for its first `refusals` renames. */
function heldOpen(refusals: number, says: number): NonNullable<PeerScript["answer"]> {
  let renames = 0;
  return ({ command, message }, answer) => {
    const held = renames < refusals;
    if (command === COMMAND.setInfo) {
      renames += 1;
      return held ? { ...answer, status: says } : answer;
    }
    if (command !== COMMAND.create || !held) return answer;
    const name = message.subarray(120).toString("utf16le");
    const wantsDelete = (message.readUInt32LE(64 + 24) & DELETE) !== 0;
    return name.startsWith("RESYNC.GLB") && wantsDelete ? { ...answer, status: SHARING_VIOLATION } : answer;
  };
}

describe("replacing a file that somebody has open, on a server like Windows (MS-FSA 2.1.5.15.11)", () => {
  it.each([
    ["a sharing violation", SHARING_VIOLATION],
    ["denied access", ACCESS_DENIED],
  ])("is tried again after %s, until it is let go", async (_what, says) => {
    const { share, peer } = await openPeer({ answer: heldOpen(3, says) });
    await createFile(share, "RESYNC.GLB", bytesOf(Buffer.from("old")), { existing: "overwrite" });
    await createFile(share, "RS1.TMG", bytesOf(Buffer.from("new")));
    await replaceSmb(share, "RS1.TMG", "RESYNC.GLB", undefined);
    expect(peer.files.files.get("RESYNC.GLB")?.toString()).toBe("new");
    expect(peer.seen.filter((command) => command === COMMAND.setInfo)).toHaveLength(4);
  });

  it("is FILE_BUSY after about three seconds, the old file in place", async () => {
    const { share, peer } = await openPeer({ answer: heldOpen(Infinity, ACCESS_DENIED) });
    peer.files.files.set("RESYNC.GLB", Buffer.from("old"));
    await createFile(share, "RS1.TMG", bytesOf(Buffer.from("new")));
    const started = performance.now();
    const replacing = replaceSmb(share, "RS1.TMG", "RESYNC.GLB", undefined);
    await expect(replacing).rejects.toMatchObject({
      code: "FILE_BUSY",
      retryable: true,
      state: expect.stringContaining("as it was"),
    });
    expect(performance.now() - started).toBeGreaterThan(3000);
    expect(peer.files.files.get("RESYNC.GLB")?.toString()).toBe("old");
    expect(peer.files.files.get("RS1.TMG")?.toString()).toBe("new");
  });

  it("ends at once when there is simply no right to it, and on abort", async () => {
    const denied = await openPeer({
      answer: ({ command }, answer) => (command === COMMAND.setInfo ? { ...answer, status: ACCESS_DENIED } : answer),
    });
    denied.peer.files.files.set("RESYNC.GLB", Buffer.from("old"));
    await createFile(denied.share, "RS1.TMG", bytesOf(Buffer.from("new")));
    const replacing = replaceSmb(denied.share, "RS1.TMG", "RESYNC.GLB", undefined);
    await expect(replacing).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(denied.peer.seen.filter((command) => command === COMMAND.setInfo)).toHaveLength(1);
    const aborted = replaceSmb(denied.share, "RS1.TMG", "RESYNC.GLB", AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
