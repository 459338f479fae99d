import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { tapeTarget } from "../../../src/push/tape-target.ts";
import { archiveSize } from "../../../src/transfer/tape/archive.ts";
import { collectFromTape } from "../../../src/transfer/tape/collect-tape.ts";
import { writeToDrive } from "../../../src/transfer/tape/device.ts";
import { mtControl } from "../../../src/transfer/tape/mt.ts";
import { deliverOnTape } from "../../../src/transfer/tape/write-tape.ts";
import { randomList, runContext, type TestContext, type TestList } from "../media/support.ts";
import { MT, tapeAt, virtualDrive, type DriveFaults } from "./support.ts";

let list: TestList;
let context: TestContext;
beforeEach(async () => {
  list = await randomList(100_001);
  context = await runContext();
});
afterEach(() => list.close());

const put = async (faults?: DriveFaults) => {
  const drive = await virtualDrive(list.folder, faults);
  return { drive, delivered: await deliverOnTape(drive.tape, list.delivery, context) };
};
const failing = async (faults: DriveFaults) => {
  const drive = await virtualDrive(list.folder, faults);
  return deliverOnTape(drive.tape, list.delivery, context);
};

describe("a drive", () => {
  it.each([1, 20, 64])("gets whole blocks of %i units, each in one write, and a file mark", async (blocking) => {
    const drive = await virtualDrive(list.folder);
    const tape = { ...drive.tape, blocking };
    expect(await deliverOnTape(tape, list.delivery, context)).toMatchObject({ outcome: "delivered", readBack: true });
    const blocks = drive.items.filter((item) => item !== "mark");
    expect(new Set(blocks.map(({ length }) => length))).toEqual(new Set([blocking * 512]));
    expect(blocks.length * blocking * 512).toBe(archiveSize(list.delivery, blocking));
    expect(drive.items.at(-1)).toBe("mark");
    expect(await drive.acts()).toEqual(["rewind /dev/null", "rewind /dev/null", "rewind /dev/null"]);
  });

  it("is rewound before it is read, and gives the list back whatever the blocks are", async () => {
    const drive = await virtualDrive(list.folder);
    await deliverOnTape({ ...drive.tape, blocking: 64 }, list.delivery, context);
    const copy = join(list.folder, "copy");
    await collectFromTape(drive.tape, { copy, signal: context.signal });
    expect((await readFile(copy)).equals(list.bytes)).toBe(true);
  });

  it("is asked whether a tape is in before anything is changed", async () => {
    const target = tapeTarget((await virtualDrive(list.folder, { mt: "fail=status" })).tape);
    await expect(target.check(context)).rejects.toMatchObject({
      code: "IO",
      message: expect.stringContaining("No medium found"),
      state: "Nothing was changed on the DSS or at any place.",
    });
    const sound = await virtualDrive(list.folder);
    await tapeTarget(sound.tape).check(context);
    expect(await sound.acts()).toEqual(["status /dev/null"]);
    expect(sound.items).toEqual([]);
  });

  it.each([
    ["whose tape is too short", { blocks: 5 }, "DISK_FULL", /ended before the list did/u, /what was on it is lost/u],
    ["whose tape is protected", { writeProtected: true }, "READ_ONLY", /read-only/u, /^Nothing was written/u],
    ["that does not rewind", { mt: "fail=rewind" }, "IO", /rewind" failed: mt: .*No medium found/u, undefined],
    [
      "that gives back another byte",
      {
        wearOut: (block: Buffer, number: number) => (number === 4 ? Buffer.from(block.map((byte) => byte ^ 1)) : block),
      },
      "VERIFY_FAILED",
      /gives back something else/u,
      /no whole delivery/u,
    ],
    [
      "that gives back noise",
      { wearOut: (block: Buffer) => Buffer.alloc(block.length, 7) },
      "VERIFY_FAILED",
      /cannot be read back/u,
      /no whole delivery/u,
    ],
  ] as const)("%s is told", async (_which, faults, code, message, state) => {
    await expect(failing(faults)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      ...(state && { state: expect.stringMatching(state) }),
    });
  });

  it("with larger blocks than are read says how to read them", async () => {
    const { drive } = await put();
    drive.items.splice(0, Infinity, Buffer.alloc(300_000), "mark");
    const taking = collectFromTape(drive.tape, { copy: join(list.folder, "copy"), signal: context.signal });
    await expect(taking).rejects.toMatchObject({ code: "IO", hint: expect.stringContaining("?blocking=1024") });
  });

  it("that fails in the middle of reading is told as what it is", async () => {
    const { drive } = await put();
    drive.items.splice(3);
    const taking = collectFromTape(drive.tape, { copy: join(list.folder, "copy"), signal: context.signal });
    await expect(taking).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(/^\/dev\/null .*medium/u),
    });
  });

  it("stops when the run does", async () => {
    const controller = new AbortController();
    const reason = new ResyncError("INTERRUPTED", { message: "Ctrl-C" });
    const drive = await virtualDrive(list.folder);
    const onProgress = () => controller.abort(reason);
    const options = { ...context, signal: controller.signal, onProgress };
    await expect(deliverOnTape(drive.tape, list.delivery, options)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(drive.items.length).toBeLessThan(10);
  });
});

describe.skipIf(process.platform !== "linux")("a character device of the system", () => {
  it("that is full is a tape that has ended", async () => {
    const blocks = (async function* () {
      yield Buffer.alloc(10_240);
    })();
    const writing = writeToDrive("/dev/full", blocks, { signal: context.signal });
    await expect(writing).rejects.toMatchObject({ code: "DISK_FULL", message: expect.stringContaining("ended") });
  });

  it("that swallows everything is found out by reading back", async () => {
    const mt = `"${process.execPath}" "${MT}" "${join(list.folder, "log")}"`;
    const swallowing = deliverOnTape(tapeAt("/dev/null", { mt }), list.delivery, context);
    await expect(swallowing).rejects.toMatchObject({ code: "VERIFY_FAILED" });
  });
});

describe("mt", () => {
  it("that is not installed is named, with what to do", async () => {
    await expect(mtControl("no-such-mt", "/dev/nst0").rewind(context.signal)).rejects.toMatchObject({
      code: "PROGRAM_MISSING",
      exitCode: 3,
      hint: expect.stringContaining("mt-st"),
    });
  });

  it("ends with the run", async () => {
    const controller = new AbortController();
    const reason = new ResyncError("INTERRUPTED", { message: "Ctrl-C" });
    const hanging = mtControl(`"${process.execPath}" -e "setInterval(()=>{},1000)"`, "x").rewind(controller.signal);
    controller.abort(reason);
    await expect(hanging).rejects.toBe(reason);
  });
});
