import { chmodSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PostofficeFiles } from "../../../src/simulator/postoffice/files.ts";
import { AFTERMATHS, BANNER, FINISHED, lists, NEW, oldPostoffice, TRANSACTIONS, USR_B } from "./aftermaths.ts";
import { changed, testPostoffice } from "./support.ts";

describe("what fails by itself", () => {
  const GO = "ADMIN -pPASSWORD -q -y -dM";

  test.each([
    ["a mailbox nobody has", "NOBODY -pPASSWORD -q -y -dM"],
    ["a user who is no administrator", "ANN -ppassword -q -y -dM"],
    ["another password", "ADMIN -pwrong -q -y -dM"],
    ["no mailbox, and nobody at the keyboard", "-pPASSWORD -q -y -dM"],
  ])("%s: Bad ID or Password", async (_, args) => {
    await using postoffice = await oldPostoffice();
    const before = postoffice.fingerprint();
    expect(await postoffice.import(args)).toMatch(/Bad ID or Password\r\n$/u);
    expect(changed(before, postoffice.fingerprint())).toEqual([]);
  });

  test("a stale SORTLOCK.GLB: Error 45, and it stays", async () => {
    await using postoffice = await oldPostoffice();
    postoffice.files.write("GLB/SORTLOCK.GLB", "");
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual(AFTERMATHS["error-45-sortlock"]?.log);
    expect(postoffice.files.exists("GLB/SORTLOCK.GLB")).toBe(true);
  });

  test("a corrupt pointer in REQCONF.GLB: Error 45", async () => {
    await using postoffice = await oldPostoffice();
    postoffice.files.update("GLB/REQCONF.GLB", (bytes) => bytes.writeInt32LE(0, 12));
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual(AFTERMATHS["error-45-queues"]?.log);
  });

  test.each([
    ["ReqSync", { reqSeq: 3 }],
    ["SrvSync", { srvSeq: 3 }],
    ["ImportSync", { impSeq: 0 }],
  ])("a header whose %s lies below the postoffice's own: Fatal 14", async (_, header) => {
    await using postoffice = await testPostoffice({ sync: { reqSync: 4, srvSync: 4, importSync: 1 }, dss: "N/A" });
    await postoffice.drop(TRANSACTIONS, header);
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual(AFTERMATHS["fatal-14"]?.log);
  });

  test.each([
    ["no header", (bytes: Buffer) => bytes.subarray(bytes.indexOf("R PCM") - 24)],
    ["rubbish", () => Buffer.from("glTF\0\0\0\0\0")],
    ["nothing", () => Buffer.alloc(0)],
  ])("a RESYNC.GLB with %s: Fatal 14", async (_, spoil) => {
    await using postoffice = await oldPostoffice();
    postoffice.files.write("GLB/RESYNC.GLB", spoil(postoffice.files.read("GLB/RESYNC.GLB")));
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual(AFTERMATHS["fatal-14"]?.log);
  });

  test("a RESYNC.GLB cut off in the middle: Error 45 after the numbers were taken", async () => {
    await using postoffice = await oldPostoffice();
    postoffice.files.write("GLB/RESYNC.GLB", postoffice.files.read("GLB/RESYNC.GLB").subarray(0, -3));
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual([BANNER, "Error  [ 45] File error sorting queue: SRVTRANS", FINISHED]);
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(true);
  });

  test("a read-only USR file: Fatal 7 (Q134228); run again when writable, all is well", async () => {
    await using postoffice = await oldPostoffice();
    chmodSync(postoffice.files.path(USR_B), 0o444);
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual(AFTERMATHS["fatal-7"]?.log);
    chmodSync(postoffice.files.path(USR_B), 0o644);
    await postoffice.import(GO);
    expect(await lists(postoffice)).toEqual(NEW);
    expect(postoffice.files.exists("USR/IMPORT.USR")).toBe(false);
  });

  test("the DSS itself refuses (Q119014)", async () => {
    await using postoffice = await testPostoffice({ requestors: ["N/A"] });
    await postoffice.drop(TRANSACTIONS);
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual(AFTERMATHS["refuses-on-dss"]?.log);
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(true);
  });

  test("a missing DS_MSG.GLB, and one too old for message 81", async () => {
    await using postoffice = await oldPostoffice();
    await postoffice.drop(["A Group\tPCM:N/A/"]);
    const messages = postoffice.files.read("GLB/DS_MSG.GLB");
    postoffice.files.remove("GLB/DS_MSG.GLB");
    await postoffice.import(GO);
    postoffice.files.write("GLB/DS_MSG.GLB", messages.fill(0, 81 * 128, 82 * 128));
    await postoffice.drop(["A Group\tPCM:N/A/"]);
    await postoffice.import(GO);
    expect(postoffice.log().filter((line) => line.startsWith("Error"))).toEqual([
      "Error  [  1] Error Obtaining Message #: 81",
      "Error  [  1] Error Message #81 is not defined",
    ]);
  });

  test.each([
    [
      "REQCONF.GLB cut off",
      (files: PostofficeFiles) => files.write("GLB/REQCONF.GLB", "x"),
      "Fatal  [ 52] Error accessing configuration information",
    ],
    [
      "NETWORK.GLB missing",
      (files: PostofficeFiles) => files.remove("GLB/NETWORK.GLB"),
      "Fatal  [ 53] Unable to read network and postoffice definitions",
    ],
    ["a folder instead of a queue", replaceByFolder, "Fatal  [ 58] Error accessing database file: USRTRANS.GLB"],
  ])("%s stops IMPORT with a message", async (_, spoil, line) => {
    await using postoffice = await oldPostoffice();
    spoil(postoffice.files);
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual([BANNER, line, FINISHED]);
    expect(postoffice.files.exists("GLB/SORTLOCK.GLB")).toBe(false);
  });

  test("without ACCESS.GLB nobody signs on", async () => {
    await using postoffice = await oldPostoffice();
    postoffice.files.remove("GLB/ACCESS.GLB");
    expect(await postoffice.import(GO)).toBe("Bad ID or Password\r\n");
  });

  test("a folder where the log should be: everything else happens", async () => {
    await using postoffice = await oldPostoffice();
    postoffice.files.makeFolder("LOG/DIRSYNC.LOG");
    await postoffice.import(GO);
    expect(await lists(postoffice)).toEqual(NEW);
  });
});

function replaceByFolder(files: PostofficeFiles): void {
  files.remove("GLB/USRTRANS.GLB");
  files.makeFolder("GLB/USRTRANS.GLB");
}
