import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPostoffice, type Postoffice } from "../../../src/import/postoffice/postoffice.ts";
import { rollBack } from "../../../src/import/snapshot/rollback.ts";
import { archiveOf, largeCopyOf } from "../../../src/import/snapshot/copies.ts";
import { loadAfter, openSnapshot, saveAfter, takeSnapshot } from "../../../src/import/snapshot/snapshot.ts";
import { readState } from "../../../src/import/snapshot/state.ts";
import { importBed, type ImportBed } from "../support.ts";

let bed: ImportBed;
let postoffice: Postoffice;
let folder: string;
beforeEach(async () => {
  bed = await importBed();
  postoffice = await openPostoffice(bed.root);
  folder = join(bed.runFolder, "snapshot");
});
afterEach(() => bed.remove());
const at = (path: string) => join(bed.root, path);
const hexId = (n: number) => (0xa000 + n).toString(16).toUpperCase().padStart(8, "0");

/** Turns one bit of the byte at `position`; size and name stay. */
function flipByte(file: string, position: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
  writeFileSync(file, bytes);
}

describe("a snapshot", () => {
  it("holds every file an import may touch, and no mail", async () => {
    const { before, copied } = await takeSnapshot(postoffice, folder);
    const paths = [...before.values()].map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "GLB/REQCONF.GLB",
        "GLB/TID.GLB",
        "USR/00000004.USR",
        "NME/ADMIN.NME",
        "XTN/00000003.XTN",
      ]),
    );
    expect(paths.filter((path) => /^(MAI|ATT|FOLDERS|P1|CAL|MMF)\//u.test(path))).toEqual([]);
    expect(before.has("GLB/ACCESS.GLB")).toBe(false);
    expect(before.get("MBG/00000000.MBG")).toMatchObject({ sha256: undefined });
    expect(statSync(folder).mode & 0o77).toBe(0);
    expect((await openSnapshot(folder))?.copied).toEqual(copied);
    expect(await openSnapshot(join(folder, "none"))).toBe(undefined);
  });

  it("keeps its copies where people can reach them: tar gives them back, bytes and modes; large files stand alone", async () => {
    writeFileSync(at("NME/GAL.NME"), randomBytes(45 * 200_000));
    const { before, copies } = await takeSnapshot(postoffice, folder);
    const out = join(bed.runFolder, "out");
    mkdirSync(out);
    execFileSync("tar", ["-xpf", archiveOf(folder), "-C", out]);
    const kept = [...before.values()].filter(({ sha256 }) => sha256 !== undefined);
    expect(kept.length).toBe(copies.archived.size + 1);
    for (const file of kept) {
      const large = file.path === "NME/GAL.NME";
      const copy = large ? largeCopyOf({ folder }, file) : join(out, file.path);
      expect(readFileSync(copy).equals(readFileSync(at(file.path))), file.path).toBe(true);
      if (!large) expect(statSync(copy).mode & 0o7777, file.path).toBe(file.mode);
    }
  });

  it("is refused while somebody writes", async () => {
    const stop = setInterval(() => utimesSync(at("GLB/NETWORK.GLB"), new Date(), new Date()), 0);
    await expect(takeSnapshot(postoffice, folder)).rejects.toMatchObject({ code: "POSTOFFICE_NOT_READY" });
    clearInterval(stop);
    expect(await openSnapshot(folder)).toBe(undefined);
  });

  it("ends at once when told to, and is none then", async () => {
    const signal = AbortSignal.abort();
    await expect(takeSnapshot(postoffice, folder, { signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await openSnapshot(folder)).toBe(undefined);
  });
});

describe("rolling back", () => {
  /** What an import does: writes, makes, removes, respells, and turns a mode. */
  function change(): void {
    appendFileSync(at("USR/00000004.USR"), "x".repeat(53));
    writeFileSync(at("USR/000000FF.USR"), "");
    rmSync(at("GLB/USRTRANS.GLB"));
    renameSync(at("GLB/GWTRANS.GLB"), at("GLB/gwtrans.glb"));
    renameSync(at("GLB/REQCONF.GLB"), at("GLB/reqconf.glb"));
    writeFileSync(at("GLB/reqconf.glb"), Buffer.alloc(512, 1));
    chmodSync(at("GLB/TID.GLB"), 0o600);
    utimesSync(at("GLB/FLAG.GLB"), new Date(), new Date());
    chmodSync(at("GLB/DS_MSG.GLB"), 0o644);
    appendFileSync(at("GLB/DS_MSG.GLB"), "x");
  }

  it("restores bytes, times, modes and spellings", async () => {
    const before = bed.tree();
    const snapshot = await takeSnapshot(postoffice, folder);
    change();
    const after = await readState(postoffice, { before: snapshot.before });
    const done = await rollBack(postoffice, snapshot, after);
    expect(bed.tree()).toEqual(before);
    expect(done.removed).toEqual(["USR/000000FF.USR"]);
    expect(done.restored.toSorted()).toEqual([
      "GLB/DS_MSG.GLB",
      "GLB/REQCONF.GLB",
      "GLB/USRTRANS.GLB",
      "USR/00000004.USR",
    ]);
  });

  it("may be done twice, and after being cut off half-way", async () => {
    const before = bed.tree();
    const snapshot = await takeSnapshot(postoffice, folder);
    const old = readFileSync(at("USR/00000004.USR"));
    change();
    const after = await readState(postoffice, { before: snapshot.before });
    await saveAfter("import", folder, bed.root, after);
    writeFileSync(at("USR/00000004.USR"), old);
    for (const path of ["GLB/RESYNC.$$$", "NME/RESYNC$.007"]) writeFileSync(at(path), "half a file");
    await rollBack(postoffice, snapshot, (await loadAfter("import", folder)) ?? after);
    expect(bed.tree()).toEqual(before);
    expect(await rollBack(postoffice, snapshot, after)).toEqual({ restored: [], removed: [], left: [] });
  });

  it("refuses, file by file, when one byte of any touched file changed since, and changes nothing", async () => {
    const snapshot = await takeSnapshot(postoffice, folder);
    change();
    const after = await readState(postoffice, { before: snapshot.before });
    const touched = [...after.values()].filter(({ key, size }) => !/^(KEY|MBG|LOG)\//u.test(key) && size > 0);
    expect(touched.length).toBeGreaterThan(40);
    const flip = (path: string) => {
      const { mode, atime, mtime } = statSync(at(path));
      const bytes = readFileSync(at(path));
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      chmodSync(at(path), mode | 0o200);
      writeFileSync(at(path), bytes);
      chmodSync(at(path), mode);
      utimesSync(at(path), atime, mtime);
    };
    const refusal = (files: string[]) => ({ code: "ROLLBACK_REFUSED", exitCode: 9, facts: { files } });
    for (const path of ["GLB/CONTROL.GLB", "GLB/DS_MSG.GLB", "USR/00000004.USR", "XTN/00000003.XTN"]) {
      flip(path);
      const changed = bed.tree();
      await expect(rollBack(postoffice, snapshot, after), path).rejects.toMatchObject(refusal([path]));
      expect(bed.tree(), path).toEqual(changed);
      flip(path);
    }
    for (const { path } of touched) flip(path);
    await expect(rollBack(postoffice, snapshot, after)).rejects.toMatchObject(refusal(touched.map(({ path }) => path)));
  });

  it("refuses a damaged snapshot before it changes anything", async () => {
    const snapshot = await takeSnapshot(postoffice, folder);
    change();
    const after = await readState(postoffice, { before: snapshot.before });
    const changed = bed.tree();
    flipByte(archiveOf(folder), snapshot.copies.archived.get("USR/00000004.USR") ?? 0);
    await expect(rollBack(postoffice, snapshot, after)).rejects.toMatchObject({
      code: "ROLLBACK_FAILED",
      facts: { damaged: ["USR/00000004.USR"] },
    });
    expect(bed.tree()).toEqual(changed);
  });

  it("refuses when a copy of a large file is damaged", async () => {
    writeFileSync(at("NME/GAL.NME"), randomBytes(45 * 200_000));
    const snapshot = await takeSnapshot(postoffice, folder);
    writeFileSync(at("NME/GAL.NME"), "");
    const after = await readState(postoffice, { before: snapshot.before });
    flipByte(largeCopyOf({ folder }, { path: "NME/GAL.NME" }), 1_000_000);
    await expect(rollBack(postoffice, snapshot, after)).rejects.toMatchObject({
      code: "ROLLBACK_FAILED",
      facts: { damaged: ["NME/GAL.NME"] },
    });
    expect(statSync(at("NME/GAL.NME")).size).toBe(0);
  });

  it("restores hundreds of files and a large one", async () => {
    for (let n = 0; n < 300; n++) writeFileSync(at(`GRP/${hexId(n)}.GRP`), Buffer.alloc(8 * (n % 3)));
    writeFileSync(at("NME/GAL.NME"), randomBytes(45 * 200_000));
    const before = bed.tree();
    const snapshot = await takeSnapshot(postoffice, folder);
    for (let n = 0; n < 300; n++) writeFileSync(at(`GRP/${hexId(n)}.GRP`), "changed");
    writeFileSync(at("NME/GAL.NME"), "changed");
    const after = await readState(postoffice, { before: snapshot.before });
    expect((await rollBack(postoffice, snapshot, after)).restored).toHaveLength(301);
    expect(bed.tree()).toEqual(before);
  });

  it("says so when somebody writes over a file that was just put back", async () => {
    const paths = Array.from({ length: 300 }, (_, n) => `GRP/${hexId(n)}.GRP`);
    for (const path of paths) writeFileSync(at(path), Buffer.alloc(8));
    const snapshot = await takeSnapshot(postoffice, folder);
    for (const path of paths) writeFileSync(at(path), "changed");
    const after = await readState(postoffice, { before: snapshot.before });
    const watcher = watch(at("GRP"), () => {
      const back = paths.find((path) => statSync(at(path)).size === 8);
      if (back === undefined) return;
      watcher.close();
      appendFileSync(at(back), "by another");
    });
    await expect(rollBack(postoffice, snapshot, after)).rejects.toMatchObject({
      code: "ROLLBACK_FAILED",
      message: expect.stringContaining("these are not what they should be: GRP/") as string,
    });
    watcher.close();
  });

  it.skipIf(process.getuid?.() !== 0)("gives files back to their owner", async () => {
    chownSync(at("USR/00000004.USR"), 1234, 2345);
    chownSync(at("GLB/FLAG.GLB"), 1234, 2345);
    const snapshot = await takeSnapshot(postoffice, folder);
    rmSync(at("USR/00000004.USR"));
    writeFileSync(at("USR/00000004.USR"), "written by another");
    chownSync(at("GLB/FLAG.GLB"), 0, 0);
    await rollBack(postoffice, snapshot, await readState(postoffice, { before: snapshot.before }));
    for (const path of ["USR/00000004.USR", "GLB/FLAG.GLB"])
      expect(statSync(at(path)), path).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it("says so when a list of the snapshot cannot be read", async () => {
    await takeSnapshot(postoffice, folder);
    writeFileSync(join(folder, "before.json"), '{"format":1,');
    await expect(openSnapshot(folder)).rejects.toMatchObject({ code: "ROLLBACK_FAILED" });
  });
});
