import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { RunContext } from "../../src/context.ts";
import { openJournal, fileSink } from "../../src/journal/journal.ts";
import { newRunId } from "../../src/journal/run-id.ts";
import { beginRun, listRuns, runFolder } from "../../src/journal/store.ts";
import { dssLockFile, isUnsettledPush, lockDss } from "../../src/push/mend.ts";
import { DXA_KEY, TRIGGER_VALUE, type DssHost } from "../../src/push/generate/dss-host.ts";
import { generate } from "../../src/push/generate/generate.ts";
import { openSimulatedDss } from "../../src/push/generate/hosts/simulated.ts";
import { recordingReporter } from "../../src/report/reporter.ts";
import { createDss } from "../../src/simulator/dss/create.ts";
import { acquireLock, inspectLock } from "../../src/journal/lock.ts";

let state: string;
let host: DssHost;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "resync-mend-"));
  await createDss(join(state, "dss"), { entries: 20 });
  host = await openSimulatedDss(join(state, "dss"));
});
afterEach(async () => {
  await host.close();
  await rm(state, { recursive: true, force: true });
});

async function begin(): Promise<{
  context: RunContext;
  folder: string;
  reporter: ReturnType<typeof recordingReporter>;
}> {
  const { journal, folder } = await beginRun(state, systemClock, "push", { dss: host.label });
  const reporter = recordingReporter();
  const { signal } = new AbortController();
  return { context: { clock: systemClock, reporter, journal, signal, dryRun: false }, folder, reporter };
}

describe("the lock on a DSS", () => {
  it("is held by one push at a time and names its holder", async () => {
    const first = await begin();
    const lock = await lockDss(host, state, first.context);
    const second = await begin();
    await expect(lockDss(host, state, second.context)).rejects.toMatchObject({ code: "LOCKED", exitCode: 11 });
    await lock.release();
    await (await lockDss(host, state, second.context)).release();
    expect(await inspectLock(dssLockFile(state, host.label), systemClock)).toEqual({ state: "free" });
  });

  it("undoes what a cut-off push changed, says so, and ends that run's journal", async () => {
    const cut = await begin();
    const died = new Error("power cut");
    const context: RunContext = {
      ...cut.context,
      journal: {
        ...cut.context.journal,
        // Every later line is lost, as if the machine had died behind the value's write.
        act: async (step, intent, act, outcome) => {
          await cut.context.journal.act(step, intent, act, outcome);
          if (JSON.stringify(intent).includes(TRIGGER_VALUE)) throw died;
          return act();
        },
        note: () => Promise.reject(died),
      },
    };
    const files = { privateCopy: join(cut.folder, "copy"), backupFile: join(cut.folder, "backup.reg") };
    const times = { timeoutMs: 5000, stateTimeoutMs: 5000, pollMs: 10, settleMs: 10 };
    await generate(host, { requestors: ["HARBOUR"], ...times, ...files }, context).catch(() => undefined);
    await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: ["HARBOUR"] });

    const next = await begin();
    await (await lockDss(host, state, next.context)).release();
    expect(await host.readValue(DXA_KEY, TRIGGER_VALUE)).toBeUndefined();
    const told = next.reporter.events.find((event) => event.type === "step-done" && event.id === "recover");
    expect(told).toMatchObject({ found: expect.stringContaining(cut.context.journal.run) });
    const runs = await listRuns(state);
    expect(runs.find(({ run }) => run === cut.context.journal.run)?.end?.outcome).toBe("undone");
    expect(runs.some((run) => run.run !== next.context.journal.run && isUnsettledPush(run, host.label))).toBe(false);
  });

  it("of a push whose process is dead is taken over; a push that only waits is left alone", async () => {
    const dead = newRunId(new Date(0));
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const about = { run: dead, command: "push", host: hostname(), version: "0", data: { dss: host.label } };
    const file = join(runFolder(state, dead), "journal.jsonl");
    await beginRun(state, systemClock, "push", { dss: "another" });
    const { mkdir, appendFile, readFile, writeFile } = await import("node:fs/promises");
    await mkdir(runFolder(state, dead), { recursive: true });
    await openJournal(fileSink(file), systemClock, about);
    await writeFile(file, (await readFile(file, "utf8")).replace(`"pid":${process.pid}`, `"pid":${pid}`));
    await appendFile(file, "");

    const waiting = await begin();
    const working = await begin();
    await (await lockDss(host, state, working.context)).release();
    const outcome = new Map((await listRuns(state)).map(({ run, end }) => [run, end?.outcome]));
    expect(outcome.get(dead)).toBe("undone");
    expect(outcome.get(waiting.context.journal.run)).toBeUndefined();
  });

  it("refuses while the lock's holder lives, whatever its run is called", async () => {
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(state, "locks"), { recursive: true });
    const lock = await acquireLock(dssLockFile(state, host.label), {
      run: newRunId(new Date()),
      clock: systemClock,
      what: "x",
    });
    const { context } = await begin();
    await expect(lockDss(host, state, context)).rejects.toMatchObject({ code: "LOCKED" });
    await lock.release();
  });
});
