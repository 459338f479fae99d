import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openPostoffice } from "../../../src/import/postoffice/postoffice.ts";
import { refuseUnlessReady, runChecks } from "../../../src/import/postoffice/run-checks.ts";
import { SIZE_RULES } from "../../../src/import/postoffice/size-rules.ts";
import { importBed, REQUESTOR, type ImportBed } from "../support.ts";

let bed: ImportBed;
afterEach(() => bed.remove());

async function checks(incomingBytes?: number) {
  const postoffice = await openPostoffice(bed.root);
  return runChecks(postoffice, {
    snapshotFolder: bed.runFolder,
    ...(incomingBytes === undefined ? {} : { incomingBytes }),
  });
}

/** The checks that are not in order, as `id outcome`. */
async function findings(incomingBytes?: number): Promise<string[]> {
  const found = await checks(incomingBytes);
  return found
    .filter(({ id, outcome }) => outcome !== "ok" && id !== "flag")
    .map(({ id, outcome }) => `${id} ${outcome}`);
}

describe("the checks of a postoffice", () => {
  it("find a requestor in order, and say what they looked at", async () => {
    bed = await importBed();
    const before = bed.tree();
    const found = await checks();
    expect(await findings()).toEqual([]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    const tells = process.platform === "win32" || process.getuid?.() === 0;
    expect(found.find(({ id }) => id === "flag")?.outcome).toBe(tells ? "ok" : "unknown");
    expect(bed.tree()).toEqual(before);
  });

  it.skipIf(process.getuid?.() !== 0)("see a process of this machine that holds FLAG.GLB open", async () => {
    bed = await importBed();
    const admin = spawn("sh", ["-c", 'exec 3<"$1"; echo held; exec sleep 60', "sh", po("GLB/FLAG.GLB")]);
    await once(admin.stdout, "data");
    const flag = (await checks()).find(({ id }) => id === "flag");
    expect(flag).toMatchObject({
      outcome: "refused",
      found: expect.stringContaining(`(process ${admin.pid})`) as string,
    });
    const gone = once(admin, "exit");
    admin.kill();
    await gone;
    expect((await checks()).find(({ id }) => id === "flag")).toMatchObject({ outcome: "ok" });
  });

  it("find a freshly installed postoffice in order but for what ADMIN makes later", async () => {
    bed = await importBed({});
    expect(await findings()).toEqual(["shadows warning"]);
    expect((await checks()).find(({ id }) => id === "flag")?.outcome).toBe("warning");
  });

  const po = (path: string) => join(bed.root, path);
  const obstacles: [string, () => unknown, string[]][] = [
    ["SRVCONF.GLB", () => writeFileSync(po("GLB/SRVCONF.GLB"), Buffer.alloc(1024)), ["role refused"]],
    ["MSTTRANS.GLB", () => writeFileSync(po("GLB/MSTTRANS.GLB"), ""), ["role refused"]],
    ["a full SRVTRANS.GLB", () => writeFileSync(po("GLB/SRVTRANS.GLB"), "x"), ["queues refused"]],
    ["a missing queue", () => rmSync(po("GLB/GWTRANS.GLB")), ["files warning"]],
    ["IGWTRAN.GLB, which is none", () => writeFileSync(po("GLB/IGWTRAN.GLB"), ""), []],
    ["IGWTRANS.GLB", () => writeFileSync(po("GLB/IGWTRANS.GLB"), ""), ["temporaries refused"]],
    ["SORT0001.GLB", () => writeFileSync(po("GLB/SORT0001.GLB"), ""), ["temporaries refused"]],
    ["index.glb", () => writeFileSync(po("GLB/index.glb"), ""), ["temporaries refused"]],
    ["IMPORT.USR", () => writeFileSync(po("USR/IMPORT.USR"), ""), ["temporaries refused"]],
    ["IMPORT.INF", () => writeFileSync(po("INF/IMPORT.INF"), ""), ["temporaries refused"]],
    ["SORTLOCK.GLB", () => writeFileSync(po("GLB/SORTLOCK.GLB"), ""), ["sortlock refused"]],
    ["Resync.glb", () => writeFileSync(po("GLB/Resync.glb"), "x"), ["resync refused"]],
    ["no REQTRANS.GLB", () => rmSync(po("GLB/REQTRANS.GLB")), ["pending warning"]],
    ["a REQTRANS.GLB with changes", () => truncateSync(po("GLB/REQTRANS.GLB"), 61), ["pending warning"]],
    ["a REQTRANS.GLB of PODIAG", () => truncateSync(po("GLB/REQTRANS.GLB"), 60), []],
    ["no FLAG.GLB", () => rmSync(po("GLB/FLAG.GLB")), []],
    ["a read-only REQCONF.GLB", () => chmodSync(po("GLB/REQCONF.GLB"), 0o444), ["read-only refused"]],
    ["a read-only list", () => chmodSync(po("USR/00000004.USR"), 0o444), ["read-only refused"]],
    [
      "a read-only template of a list",
      () => writeFileSync(po("TPL/0000000A.TPL"), "", { mode: 0o444 }),
      ["read-only refused"],
    ],
    ["no USR folder", () => rmSync(po("USR"), { recursive: true }), ["folders refused"]],
    ["no P1 folder", () => rmSync(po("P1"), { recursive: true }), ["folders warning"]],
    ["no MAI\\MA8", () => rmSync(po("MAI/MA8"), { recursive: true }), ["buckets warning"]],
    [
      "a file for ATT\\AT8",
      () => (rmSync(po("ATT/AT8"), { recursive: true }), writeFileSync(po("ATT/AT8"), "")),
      ["buckets warning"],
    ],
    ["a folder in USR", () => mkdirSync(po("USR/OLD")), ["entries refused"]],
    ["a link in GLB", () => symlinkSync(po("GLB/TID.GLB"), po("GLB/LINK.GLB")), ["entries refused"]],
    ["two spellings", () => writeFileSync(po("GLB/tid.glb"), ""), ["spellings refused"]],
    ["no DS_MSG.GLB", () => rmSync(po("GLB/DS_MSG.GLB")), ["messages refused"]],
    ["no TID.GLB", () => rmSync(po("GLB/TID.GLB")), ["files refused"]],
    ["ADMIN.NME unlike its shadow", () => appendFileSync(po("NME/ADMIN.NME"), Buffer.alloc(45)), ["shadows refused"]],
    ["a KEY without its MBG", () => rmSync(po("MBG/00000002.MBG")), ["mailbags warning"]],
    ["users that do not match", () => appendFileSync(po("GLB/ACCESS2.GLB"), Buffer.alloc(69)), ["users refused"]],
    [
      "a gateway list without names",
      () => (writeFileSync(po("GLB/X400.GLB"), "12345"), writeFileSync(po("NME/X400.NME"), "")),
      ["gateway:X400 warning"],
    ],
    ["a torn list", () => appendFileSync(po("USR/00000005.USR"), "x"), ["size:USR/00000005.USR refused"]],
    ["a torn mailbag", () => appendFileSync(po("MBG/00000002.MBG"), "x"), ["size:MBG/00000002.MBG warning"]],
  ];
  it.each(obstacles)("see %s", async (_name, obstruct, expected) => {
    bed = await importBed();
    obstruct();
    expect(await findings()).toEqual(expected);
  });

  it("see a disk too small for the list", async () => {
    bed = await importBed(REQUESTOR);
    expect(await findings(1e15)).toEqual(["disk refused"]);
  });

  it("give every refusal an article or a rule of ours, and a remedy", async () => {
    bed = await importBed();
    for (const [, obstruct] of obstacles.slice(0, 12)) obstruct();
    const refused = (await checks()).filter(({ outcome }) => outcome !== "ok");
    for (const { remedy, found, article } of refused) {
      expect(remedy?.length).toBeGreaterThan(10);
      expect(found).not.toBe("");
      if (article) expect(article).toMatch(/^Q\d+(, Q\d+)*$/u);
    }
    const postoffice = await openPostoffice(bed.root);
    expect(() => refuseUnlessReady(postoffice, refused)).toThrowError(expect.objectContaining({ exitCode: 3 }));
    expect(() => refuseUnlessReady(postoffice, [])).not.toThrow();
  });
});

describe("a size rule", () => {
  /** Of every rule in §1.3 a file, a size that keeps it and one that breaks it. */
  const sizes: [string, number, number][] = [
    ["GLB/ACCESS.GLB", 586 * 3, 587],
    ["GLB/ACCESS2.GLB", 69, 70],
    ["GLB/ACCESS3.GLB", 1024, 500],
    ["GLB/CONTROL.GLB", 8, 0],
    ["GLB/FLAG.GLB", 2, 3],
    ["GLB/GLOBAL.GLB", 512, 1024],
    ["GLB/GROUP.GLB", 55, 51],
    ["GLB/GRPMEM.GLB", 132, 128],
    ["GLB/MASTER.GLB", 176, 175],
    ["GLB/MODEM.GLB", 64, 65],
    ["GLB/NETPO.GLB", 47, 43],
    ["GLB/NETWORK.GLB", 244, 121],
    ["GLB/PROCESS.GLB", 512 + 197, 511],
    ["GLB/REQCONF.GLB", 512, 100],
    ["GLB/SERVER.GLB", 0, 180],
    ["GLB/TID.GLB", 4, 8],
    ["GLB/RNETSEM.GLB", 4, 2],
    ["GLB/GALINDEX.GLB", 1_200_208, 1_200_209],
    ["KEY/0000000A.KEY", 560, 561],
    ["MBG/INQUEUE.MBG", 116, 115],
    ["MEM/0000000A.MEM", 2000, 2004],
    ["NME/GAL.NME", 3_600_000, 44],
    ["USR/0000000A.USR", 106, 54],
    ["XTN/00000001.XTN", 0, 699],
    ["GRP/ADMIN.GRP", 16, 12],
    ["FOLDERS/SERIALNO.IDX", 4, 100],
    ["FOLDERS/LOC/00000000/00000000.IDX", 258, 99],
  ];
  it.each(sizes)("for %s keeps %i and breaks at %i", (key, good, bad) => {
    const rules = SIZE_RULES.filter(({ files }) => files.test(key));
    expect(rules).toHaveLength(1);
    expect([good, bad].map((size) => rules[0]?.fits(size))).toEqual([true, false]);
  });

  it("stands in the table above for each rule there is", () => {
    for (const { files, rule } of SIZE_RULES)
      expect(
        sizes.some(([key]) => files.test(key)),
        rule,
      ).toBe(true);
  });
});

describe("opening a postoffice", () => {
  it.each([
    ["a folder above one names the right one", "..", "MAILDATA"],
    ["a folder within one says what is missing", "GLB", "GLB\\MASTER.GLB"],
    ["no folder says so", "nowhere", "no folder"],
  ])("given %s", async (_name, path, word) => {
    bed = await importBed();
    const error = await openPostoffice(join(bed.root, path)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "POSTOFFICE_NOT_READY" });
    expect(`${String(error)} ${(error as { hint: string }).hint}`).toContain(word);
  });

  it("tells how a tree is spelled", async () => {
    bed = await importBed({ lowerCase: true });
    expect(await openPostoffice(bed.root)).toEqual({ root: bed.root, spelling: "lower" });
    bed.remove();
    bed = await importBed();
    expect(await openPostoffice(`${bed.root}/`)).toEqual({ root: bed.root, spelling: "upper" });
  });
});
