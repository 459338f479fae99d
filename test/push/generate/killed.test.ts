import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../../src/journal/journal.ts";
import { recoverGenerate } from "../../../src/push/generate/recover.ts";
import { dssBed, pictureOf, putEarlier, requestFor, testContext } from "./support.ts";

const PROGRAM = fileURLToPath(new URL("killed-run.mjs", import.meta.url));
const OPTIONS = { stateTimeoutMs: 20_000, pollMs: 5 };

/** Kills a run at one moment, recovers from its journal, and expects the DSS as found. */
async function killAndRecover(killAt: number, afterMs: number): Promise<void> {
  const bed = await dssBed({ entries: 400 });
  try {
    await putEarlier(bed, "precious");
    const before = await pictureOf(bed);
    const file = join(bed.run, "journal.jsonl");
    const run = execa("node", [PROGRAM, bed.dir, file, JSON.stringify(requestFor(bed)), String(killAt)], {
      reject: false,
    });
    if (killAt < 0) {
      await new Promise((resolve) => run.stdout.once("data", resolve));
      await delay(afterMs);
      run.kill("SIGKILL");
    }
    const ended = await run;
    const lines = (await readFile(file, "utf8")).split("\n").slice(0, -1);
    const entries = lines.map((line) => JSON.parse(line) as JournalEntry);
    if (killAt >= 0) expect(ended.signal).toBe("SIGKILL");

    const { trouble } = await recoverGenerate(bed.host, entries, await testContext(), OPTIONS);
    expect(trouble).toEqual([]);
    const after = await pictureOf(bed);
    expect(after.values).toEqual(before.values);
    expect(after.service).toBe("running");
    expect(Object.values(after.files).filter((content) => content === "precious")).toHaveLength(1);
  } finally {
    await bed.close();
  }
}

describe.concurrent("kill -9 behind journal entry", () => {
  it.each([0, 2, 4, 6, 8, 9])("%i: the next start puts the DSS back", (at) => killAndRecover(at, 0));
});

describe("kill -9 at a random moment", () => {
  const times = Number(process.env["RESYNC_KILLS"] ?? 4);
  it.each(Array.from({ length: times }, (_, index) => index))("%i: the next start puts the DSS back", () =>
    killAndRecover(-2, Math.random() * 500),
  );
});
