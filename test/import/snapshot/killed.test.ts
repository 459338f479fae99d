import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostoffice, type Postoffice } from "../../../src/import/postoffice/postoffice.ts";
import { rollBack } from "../../../src/import/snapshot/rollback.ts";
import { openSnapshot, saveAfter, takeSnapshot, type Snapshot } from "../../../src/import/snapshot/snapshot.ts";
import { readState } from "../../../src/import/snapshot/state.ts";
import { importBed, type ImportBed, type Tree } from "../support.ts";

// So many files that threads of their own copy them and put them back; killed while they are at it.
const CHILD = fileURLToPath(new URL("../../../fixtures/programs/roll-back-once.mjs", import.meta.url));
const KILLS = Number(process.env["RESYNC_TEST_KILLS"] ?? 4);
const FILES = 900;

let bed: ImportBed;
let postoffice: Postoffice;
let before: Tree;
const folderOf = (name: string) => join(bed.runFolder, name);
const paths = Array.from({ length: FILES }, (_, n) => `GRP/${n.toString(16).toUpperCase().padStart(8, "A")}.GRP`);

beforeAll(async () => {
  bed = await importBed();
  postoffice = await openPostoffice(bed.root);
  paths.forEach((path, n) => writeFileSync(join(bed.root, path), randomBytes(500 + 40 * n)));
  before = bed.tree();
});
afterAll(() => bed.remove());

it("a snapshot is whole or none, wherever it was killed", async () => {
  const { ms } = await ended("snapshot", "whole");
  let none = 0;
  for (let n = 0; n < KILLS; n += 1) {
    await ended("snapshot", `killed-${n}`, moment(n, ms));
    const snapshot = await openSnapshot(folderOf(`killed-${n}`));
    if (snapshot === undefined) none += 1;
    else await provesWhole(snapshot);
    rmSync(folderOf(`killed-${n}`), { recursive: true, force: true });
  }
  expect(none).toBeGreaterThan(0);
  expect(bed.tree()).toEqual(before);
});

it("a roll-back leaves every file whole, old or new, wherever it was killed, and can be done again", async () => {
  const folder = folderOf("snapshot");
  const snapshot = await takeSnapshot(postoffice, folder);
  const old = new Map(paths.map((path) => [path, readFileSync(join(bed.root, path))]));
  const changed = Buffer.from("changed");
  let ms = 0;
  let between = 0;
  for (let n = -1; n < KILLS; n += 1) {
    for (const path of paths) writeFileSync(join(bed.root, path), changed);
    const after = await readState(postoffice, { before: snapshot.before });
    await saveAfter("import", folder, bed.root, after);
    if (n === -1) ({ ms } = await ended("roll-back", "snapshot"));
    else await ended("roll-back", "snapshot", moment(n, ms));
    const back = paths.filter((path) => old.get(path)?.equals(readFileSync(join(bed.root, path))) === true);
    const left = paths.filter((path) => changed.equals(readFileSync(join(bed.root, path))));
    expect(back.length + left.length).toBe(FILES);
    if (n === -1) expect(left.length).toBe(0);
    else if (left.length > 0) between += 1;
    await rollBack(postoffice, snapshot, after);
    expect(bed.tree()).toEqual(before);
  }
  expect(between).toBeGreaterThan(0);
}, 240_000);

/** A random moment of the n-th part of a run. */
function moment(n: number, ms: number): number {
  return ((n + Math.random()) / KILLS) * ms;
}

/** Lets the child do it; killed `killAfterMs` milliseconds after it began. */
async function ended(act: "snapshot" | "roll-back", name: string, killAfterMs?: number): Promise<{ ms: number }> {
  const child = fork(CHILD, [act, bed.root, folderOf(name)], { execArgv: [] });
  const gone = once(child, "exit");
  await Promise.race([once(child, "message"), gone]);
  const began = performance.now();
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [code] = (await gone) as [number | null];
  clearTimeout(timer);
  if (killAfterMs === undefined) expect(code).toBe(0);
  return { ms: performance.now() - began };
}

/** Every copy of a snapshot holds what stands in the postoffice: rolled back over a change of all, all is as before. */
async function provesWhole(snapshot: Snapshot): Promise<void> {
  for (const path of paths) writeFileSync(join(bed.root, path), "changed");
  const after = await readState(postoffice, { before: snapshot.before });
  await rollBack(postoffice, snapshot, after);
  expect(bed.tree()).toEqual(before);
}
