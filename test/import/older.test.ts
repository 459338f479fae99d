import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { steppingClock, type Clock } from "../../src/clock.ts";
import { refuseOlder } from "../../src/import/older.ts";
import { STEP } from "../../src/import/trace.ts";
import { beginRun } from "../../src/journal/store.ts";
import { manifestOf } from "../transfer/signature/support.ts";

const ROOT = "/srv/maildata";
const [MONDAY, TUESDAY, WEDNESDAY] = ["2026-11-23T12:00:00.000Z", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z"];

let stateDir: string;
let clock: Clock;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "resync-older-"));
  clock = steppingClock(new Date(0));
});
afterEach(() => rm(stateDir, { recursive: true }));

interface Imported {
  readonly createdAt?: string;
  readonly root?: string;
  readonly outcome?: string;
  readonly rolledBack?: boolean;
}

async function imported({ createdAt, root = ROOT, outcome = "succeeded", rolledBack }: Imported): Promise<void> {
  await clock.sleep(1000);
  const { journal } = await beginRun(stateDir, clock, "import", {});
  if (createdAt !== undefined) await journal.note(STEP.delivery, { id: "x", createdAt });
  await journal.act(STEP.lock, { root, lock: `${root}/RESYNC.LCK` }, async () => undefined);
  await journal.note(STEP.verdict, { outcome });
  if (rolledBack) await journal.act(STEP.rollBack, { snapshot: "x" }, async () => undefined);
}

const refused = { code: "DELIVERY_OLDER", exitCode: 7, hint: expect.stringContaining("--allow-older") };
const ask = async (createdAt: string) => refuseOlder(stateDir, ROOT, await manifestOf(Buffer.from("x"), { createdAt }));

describe("a delivery", () => {
  it("made before the one last imported is refused; the same and a newer one are not", async () => {
    await ask(MONDAY);
    await imported({ createdAt: TUESDAY });
    await expect(ask(MONDAY)).rejects.toMatchObject(refused);
    await ask(TUESDAY);
    await ask(WEDNESDAY);
  });

  it("is compared with the last one, which may have been an old one taken on purpose", async () => {
    await imported({ createdAt: WEDNESDAY });
    await imported({ createdAt: MONDAY, outcome: "succeeded with warnings" });
    await ask(TUESDAY);
  });

  it("is not compared with failed imports, other postoffices, and lists without a date", async () => {
    await imported({ createdAt: WEDNESDAY, outcome: "failed" });
    await imported({ createdAt: WEDNESDAY, outcome: "undetermined" });
    await imported({ createdAt: WEDNESDAY, rolledBack: true });
    await imported({ createdAt: WEDNESDAY, root: "/srv/other" });
    await imported({});
    await ask(MONDAY);
  });

  it("is still compared behind an import without a date", async () => {
    await imported({ createdAt: TUESDAY });
    await imported({});
    await expect(ask(MONDAY)).rejects.toMatchObject(refused);
  });
});
