import { describe, expect, it } from "vitest";
import type { Share } from "../../../src/smb2/share.ts";
import { COMMAND } from "../../../src/smb2/wire/header.ts";
import { replaceSmb } from "../../../src/transfer/places/smb-replace.ts";
import { openPeer } from "../../smb2/open-peer.ts";
import type { Peer } from "../../smb2/peer.ts";

const ACCESS_DENIED = 0xc000_0022;
const SHARING_VIOLATION = 0xc000_0043;
const DELETE = 0x0001_0000;

/**
 * A server that refuses the first `refusals` renames with `says`, and as long as `held` has it so is asked to open RESYNC.GLB for deletion
 * in vain: what Windows does while somebody has that file open.
 */
async function windowsLike(
  refusals: number,
  says: number,
  held = true,
): Promise<{ share: Share; renames: () => number; content: (name: string) => string | undefined }> {
  let renames = 0;
  let peer: Peer | undefined;
  const stand = (): void => {
    peer?.files.files.set("RESYNC.GLB", Buffer.from("old")).set("RS1.TMG", Buffer.from("new"));
  };
  const opened = await openPeer({
    answer: ({ command, message }, answer) => {
      if (command === COMMAND.setInfo && (renames += 1) <= refusals) {
        // The peer has done it already.
        stand();
        return { ...answer, status: says };
      }
      const wantsDelete = command === COMMAND.create && (message.readUInt32LE(64 + 24) & DELETE) !== 0;
      const busy = held && renames <= refusals && wantsDelete && message.includes("RESYNC.GLB", 120, "utf16le");
      return busy ? { ...answer, status: SHARING_VIOLATION } : answer;
    },
  });
  peer = opened.peer;
  stand();
  const content = (name: string): string | undefined => opened.peer.files.files.get(name)?.toString();
  return { share: opened.share, renames: () => renames, content };
}

describe("replacing a file that somebody has open, on a server like Windows (MS-FSA 2.1.5.15.11)", () => {
  it.each([
    ["a sharing violation", SHARING_VIOLATION],
    ["denied access", ACCESS_DENIED],
  ])("is tried again after %s, until it is let go", async (_what, says) => {
    const { share, renames, content } = await windowsLike(3, says);
    await replaceSmb(share, "RS1.TMG", "RESYNC.GLB", undefined);
    expect([content("RESYNC.GLB"), content("RS1.TMG")]).toEqual(["new", undefined]);
    expect(renames()).toBe(4);
  });

  it("is FILE_BUSY after about three seconds, both files as they were", async () => {
    const { share, content } = await windowsLike(Infinity, ACCESS_DENIED);
    const started = performance.now();
    await expect(replaceSmb(share, "RS1.TMG", "RESYNC.GLB", undefined)).rejects.toMatchObject({
      code: "FILE_BUSY",
      retryable: true,
      state: expect.stringContaining("as it was"),
      facts: { ntStatusName: "STATUS_ACCESS_DENIED" },
    });
    expect(performance.now() - started).toBeGreaterThan(2900);
    expect([content("RESYNC.GLB"), content("RS1.TMG")]).toEqual(["old", "new"]);
  });

  it("ends at once when there is simply no right to it, and on abort", async () => {
    const { share, renames } = await windowsLike(Infinity, ACCESS_DENIED, false);
    await expect(replaceSmb(share, "RS1.TMG", "RESYNC.GLB", undefined)).rejects.toMatchObject({
      code: "ACCESS_DENIED",
    });
    expect(renames()).toBe(1);
    const aborted = replaceSmb(share, "RS1.TMG", "RESYNC.GLB", AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
