import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { steppingClock, type Clock } from "../../../../src/clock.ts";
import { awaitHandoff, type HandoffWait } from "../../../../src/push/generate/handoff/await.ts";
import { prepareHandoff } from "../../../../src/push/generate/handoff/prepare.ts";
import { localPlace } from "../../../../src/transfer/places/local.ts";
import { testContext } from "../support.ts";

const LIST = Buffer.from("a finished master list");
let folder: string;
let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "resync-handoff-"));
  folder = join(base, "stick");
  await mkdir(folder);
});
afterEach(() => rm(base, { recursive: true }));

const REQUESTORS = ["NETWORK/PO1", "Büro Süd"];
const prepare = async (requestors = REQUESTORS) => prepareHandoff({ requestors, folder }, await testContext());
const waitFor = (more: Partial<HandoffWait> = {}): HandoffWait => ({
  folder,
  requestors: REQUESTORS,
  place: localPlace(folder),
  privateCopy: join(base, "copy.glb"),
  pollMs: 1000,
  settleMs: 1000,
  timeoutMs: 60_000,
  ...more,
});

/** A clock whose sleeps take no time; before the one that ends second `n`, `acts[n]` happens. */
function clockWith(acts: Record<number, () => Promise<unknown>>): Clock {
  const clock = steppingClock(new Date("2026-11-23T21:40:30Z"));
  let seconds = 0;
  return {
    ...clock,
    async sleep(ms, signal) {
      for (const end = seconds + ms / 1000; seconds < end;) await acts[++seconds]?.();
      await clock.sleep(ms, signal);
    },
  };
}

const put = (name: string, bytes: Uint8Array | string) => () => writeFile(join(folder, name), bytes);
/** What regedit of NT 4 would export while the value is set. */
const asked = async (): Promise<Buffer> => readFile(join(folder, "SET4.REG"));

describe("waiting for the operator", () => {
  it("takes the list once it is there and the same in two reads", async () => {
    await prepare();
    await put("ASKED.REG", await asked())();
    const clock = clockWith({
      3: put("Resync.glb", ""),
      5: put("Resync.glb", LIST.subarray(0, 5)),
      6: put("Resync.glb", LIST.subarray(0, 9)),
      7: put("Resync.glb", LIST),
    });
    const context = { ...(await testContext()), clock };
    const list = await awaitHandoff(waitFor(), context);
    expect(list).toMatchObject({ size: LIST.length, dxadata: "C:\\EXCHSRVR\\DXADATA", globalMax: false });
    expect((await readFile(list.copy)).equals(LIST)).toBe(true);
    expect((await stat(list.copy)).mode & 0o777).toBe(0o600);
    expect(context.reporter.events.filter((event) => event.type === "warning")).toEqual([]);
  });

  it("goes on in another process, days later", async () => {
    await prepare();
    const end = new AbortController();
    const clock = clockWith({ 5: async () => end.abort() });
    const first = awaitHandoff(waitFor(), { ...(await testContext()), clock, signal: end.signal });
    await expect(first).rejects.toMatchObject({
      code: "INTERRUPTED",
      state: expect.stringContaining("taken up again"),
    });
    await put("RESYNC.GLB", LIST)();
    const list = await awaitHandoff(waitFor(), { ...(await testContext()), clock: clockWith({}) });
    expect(list.size).toBe(LIST.length);
  });

  it("waits while the stick is out", async () => {
    await prepare();
    const away = join(base, "away");
    const clock = clockWith({
      1: () => rename(folder, away),
      5: () => writeFile(join(away, "RESYNC.GLB"), LIST),
      8: () => rename(away, folder),
    });
    const list = await awaitHandoff(waitFor(), { ...(await testContext()), clock });
    expect(list.size).toBe(LIST.length);
  });

  it("warns when nothing tells which requestors were asked for", async () => {
    await prepare();
    await put("RESYNC.GLB", LIST)();
    const context = { ...(await testContext()), clock: clockWith({}) };
    await awaitHandoff(waitFor(), context);
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ type: "warning", text: expect.stringContaining("ASKED.REG") }),
    );
  });

  it("refuses a list for other requestors, as a wrong code page makes it", async () => {
    await prepare();
    const wrong = (await asked()).toString("latin1").replace("42,fc,72", "42,81,72");
    await put("ASKED.REG", Buffer.from(wrong, "latin1"))();
    await put("RESYNC.GLB", LIST)();
    await expect(awaitHandoff(waitFor(), { ...(await testContext()), clock: clockWith({}) })).rejects.toMatchObject({
      code: "VERIFY_FAILED",
      message: expect.stringMatching(/was REG_MULTI_SZ "NETWORK\/PO1", "B.ro Süd", not .*"Büro Süd"/u),
    });
    expect(await readdir(base)).toEqual(["stick"]);
  });

  it("tells what the command file said when it failed, and then waits for the next try", async () => {
    await prepare();
    const clock = clockWith({ 4: put("FAILED.TXT", "The service does not stop. \r\n") });
    await expect(awaitHandoff(waitFor(), { ...(await testContext()), clock })).rejects.toMatchObject({
      code: "NOT_PRODUCED",
      exitCode: 6,
      message: expect.stringContaining("The service does not stop."),
    });
    const again = clockWith({ 9: put("RESYNC.GLB", LIST) });
    expect((await awaitHandoff(waitFor(), { ...(await testContext()), clock: again })).size).toBe(LIST.length);
  });

  it("ends when its time is over, and can be taken up again", async () => {
    await prepare();
    const ended = awaitHandoff(waitFor({ timeoutMs: 5000 }), { ...(await testContext()), clock: clockWith({}) });
    await expect(ended).rejects.toMatchObject({
      code: "NOT_PRODUCED",
      exitCode: 6,
      state: expect.stringContaining("taken up again"),
    });
  });

  it("refuses a handoff that asks for other requestors", async () => {
    await prepare();
    await put("RESYNC.GLB", LIST)();
    await expect(awaitHandoff(waitFor({ requestors: ["OTHER"] }), await testContext())).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining('asks for "NETWORK/PO1", "Büro Süd", not for "OTHER"'),
    });
    const list = await awaitHandoff(waitFor({ requestors: REQUESTORS.toReversed() }), await testContext());
    expect(list.size).toBe(LIST.length);
  });

  it("refuses a folder without a handoff, or with a damaged one", async () => {
    await expect(awaitHandoff(waitFor(), await testContext())).rejects.toMatchObject({ code: "NOT_FOUND" });
    await put("HANDOFF.JSN", '{"format":"msmail-resync-handoff","version":2}')();
    await expect(awaitHandoff(waitFor(), await testContext())).rejects.toMatchObject({ code: "FILE_NOT_USABLE" });
  });
});

describe("preparing a handoff", () => {
  it("journals the intent, and writes all files or none", async () => {
    const context = await testContext();
    const names = await prepareHandoff({ requestors: ["P"], folder }, context);
    expect((await readdir(folder)).toSorted()).toEqual([...names].toSorted());
    expect(context.entries[0]).toMatchObject({ type: "intent", step: "handoff.prepare" });
  });

  it.each(["HANDOFF.JSN", "Resync.glb", "backup.reg", "SET.TXT"])(
    "refuses a folder that holds %s of an earlier one",
    async (name) => {
      await put(name, "x")();
      await expect(prepare()).rejects.toMatchObject({
        code: "ALREADY_EXISTS",
        hint: expect.stringContaining("--resume"),
      });
      expect(await readdir(folder)).toEqual([name]);
    },
  );

  it("only tells with --dry-run", async () => {
    const context = await testContext({ dryRun: true });
    await prepareHandoff({ requestors: ["P"], folder }, context);
    expect(await readdir(folder)).toEqual([]);
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ type: "would", act: `write ${join(folder, "RESYNC.CMD")}` }),
    );
  });

  it("refuses requestors that cannot be named, and a folder that is not there", async () => {
    await expect(prepare([])).rejects.toMatchObject({ code: "USAGE" });
    await expect(
      prepareHandoff({ requestors: ["P"], folder: join(folder, "no") }, await testContext()),
    ).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
