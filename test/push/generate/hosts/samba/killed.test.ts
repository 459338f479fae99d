import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../../../../src/journal/journal.ts";
import { recoverGenerate } from "../../../../../src/push/generate/recover.ts";
import { need } from "../../../../support/need.ts";
import { testContext } from "../../support.ts";
import { generateBed, type GenerateBed } from "./generate-bed.ts";

const PROGRAM = fileURLToPath(new URL("killed-run.mjs", import.meta.url));
/** All entries of a whole run: intents, ends, and the note that all is settled. */
const STEPS = Array.from({ length: 13 }, (_, index) => index);
const long = process.env["RESYNC_LONG"] !== undefined;

/** A loaded machine runs a hundred small programs slowly. */
const PATIENCE = { timeout: 120_000 };

describe.skipIf(!need("smbd", "net", "smbclient"))("a push to a Samba host that is cut off", PATIENCE, () => {
  let bed: GenerateBed;
  beforeAll(async () => {
    bed = await generateBed({ smb1: false });
  });
  afterAll(() => bed.close());
  beforeEach(async () => {
    await bed.reset();
    await writeFile(join(bed.nt.dxadata, "Resync.glb"), "precious");
  });

  /** Runs a generation that is cut off, and gives its journal. */
  const cutOff = async (how: "kill" | "abort", at: number) => {
    const { address, port, user, password } = bed.nt;
    const journal = join(bed.folder, `journal-${how}-${at}.jsonl`);
    const target = `samba://${user}@${address}:${port}`;
    const ended = await execa("node", [PROGRAM, target, journal, JSON.stringify(bed.request()), how, String(at)], {
      input: password,
      reject: false,
    });
    const text = await readFile(journal, "utf8");
    expect(text).not.toContain(password);
    const entries = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as JournalEntry);
    return { ended, entries };
  };

  it.each(long ? STEPS : [7])("by kill -9 behind journal entry %i is undone by the next start", async (at) => {
    const before = await bed.picture();
    const { ended, entries } = await cutOff("kill", at);
    expect(ended.signal, ended.stderr).toBe("SIGKILL");
    // What the DXA was doing goes on without us.
    await bed.nt.idle();
    const host = bed.open();
    const { trouble } = await recoverGenerate(host, entries, await testContext(), {
      stateTimeoutMs: 30_000,
      pollMs: 20,
    });
    await host.close();
    expect(trouble).toEqual([]);
    const after = await bed.picture();
    expect(after.registry).toBe(before.registry);
    expect(after.state).toBe(before.state);
    expect(Object.values(after.files)).toContain("precious");
  });

  it.each(long ? STEPS.slice(1) : [6])("by Ctrl-C behind journal entry %i undoes itself", async (at) => {
    const before = await bed.picture();
    const { ended } = await cutOff("abort", at);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain("INTERRUPTED");
    const after = await bed.picture();
    expect(after.registry).toBe(before.registry);
    expect(after.state).toBe(before.state);
    expect(Object.values(after.files)).toContain("precious");
  });
});
