import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { steppingClock } from "../../src/clock.ts";
import { ResyncError } from "../../src/errors.ts";
import { asRunId, newRunId } from "../../src/journal/run-id.ts";
import { beginRun, listRuns, readRun, resumeRun } from "../../src/journal/store.ts";

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "resync-journal-"));
});
afterEach(() => rm(state, { recursive: true }));

const clock = steppingClock(new Date("2026-11-23T21:40:30Z"));

describe("a run", () => {
  it("has its intent on the disk before the act begins", async () => {
    const { journal, folder } = await beginRun(state, clock, "push", { dss: "simulated:x" });
    const file = join(folder, "journal.jsonl");
    let seen = "";
    await journal.act("write", { value: "ResyncConnectionRDNs" }, async () => {
      seen = await readFile(file, "utf8");
    });
    expect(seen.trimEnd().split("\n").at(-1)).toContain(
      '"type":"intent","step":"write","data":{"value":"ResyncConnectionRDNs"}',
    );
    await journal.end("delivered", 0, { size: 60 });
    const record = await readRun(state, journal.run);
    expect(record?.entries.map((entry) => entry.type)).toEqual(["begin", "intent", "done", "end"]);
    expect(record).toMatchObject({
      command: "push",
      data: { dss: "simulated:x" },
      end: { outcome: "delivered", exitCode: 0 },
    });
  });

  it("journals a failed act with its code and throws it on", async () => {
    const { journal } = await beginRun(state, clock, "push", {});
    const failure = new ResyncError("DISK_FULL", { message: "no room" });
    await expect(journal.act("write", {}, () => Promise.reject(failure))).rejects.toBe(failure);
    const record = await readRun(state, journal.run);
    expect(record?.entries.at(-1)).toMatchObject({
      type: "failed",
      step: "write",
      code: "DISK_FULL",
      message: "no room",
    });
    expect(record?.end).toBeUndefined();
  });

  it("keeps its folder to its owner", async () => {
    const { folder } = await beginRun(state, clock, "push", {});
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "journal.jsonl"))).mode & 0o777).toBe(0o600);
  });

  it("can be continued after its last line was torn", async () => {
    const { journal, folder } = await beginRun(state, clock, "import", {});
    await appendFile(join(folder, "journal.jsonl"), '{"at":"2026-11-23T21:40:31Z","type":"intent","st');
    const cutOff = await readRun(state, journal.run);
    if (cutOff === undefined) throw new Error("the run is lost");
    expect(cutOff.entries.map((entry) => entry.type)).toEqual(["begin"]);
    await (await resumeRun(cutOff, clock)).end("undone", 0);
    expect((await readRun(state, journal.run))?.entries.map((entry) => entry.type)).toEqual(["begin", "end"]);
  });

  it("is listed with the others, oldest first; a second end is ignored", async () => {
    const first = await beginRun(state, clock, "push", {});
    await clock.sleep(5000);
    const second = await beginRun(state, clock, "import", {});
    await first.journal.end("delivered", 0);
    await first.journal.end("failed", 5);
    const runs = await listRuns(state);
    expect(runs.map(({ run, end }) => [run, end?.outcome])).toEqual([
      [first.journal.run, "delivered"],
      [second.journal.run, undefined],
    ]);
  });
});

it("a run's name is never a path", () => {
  expect(asRunId(newRunId(new Date("2026-11-23T21:40:30Z")))).toMatch(/^20261123-214030-[a-z0-9]{4}$/u);
  for (const text of ["", "..", "../x", "20261123-214030-k3f9/..", "20261123-214030-K3F9"])
    expect(asRunId(text)).toBeUndefined();
});
