import { chmodSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  POSTOFFICE_FAILURES,
  POSTOFFICE_FAILURE_NAMES,
  type PostofficeFailure,
} from "../../../src/simulator/postoffice/failures.ts";
import type { PostofficeFiles } from "../../../src/simulator/postoffice/files.ts";
import { decodeRequestorConfig } from "../../../src/simulator/postoffice/records/config.ts";
import { brokenSizes } from "./size-rules.ts";
import { changed, testPostoffice, type TestPostoffice } from "./support.ts";

const BANNER = "Status       Microsoft (R) Mail Import V3.5";
const FINISHED = "Status       Import is finished.";

const OLD = ["A Old A PCM:N/A/a", "A Old B PCM:N/B/b", "A Old S SMTP:s@s"];
const NEW = ["A New A PCM:N/A/na", "A New B PCM:N/B/nb", "A New S SMTP:n@n"];

const TRANSACTIONS = [
  "R PCM:N/A",
  "A New A\tPCM:N/A/na",
  "R PCM:N/B",
  "A New B\tPCM:N/B/nb",
  "R SMTP:",
  "A New S\tSMTP:n@n",
];

/** What IMPORT leaves behind when it fails in one way. */
interface Aftermath {
  readonly log: readonly string[];
  /** The lists afterwards, in `-x` order. */
  readonly lists: readonly string[];
  /** Files that are there now and were not, or the other way round, or that changed; `ABSENT` lists may not name them. */
  readonly changed: readonly string[];
  readonly resyncLeft: boolean;
  readonly reqSync: number;
  readonly screen?: string;
}

const NUMBERS = ["GLB/REQCONF.GLB", "GLB/REQTRANS.GLB"];
const LOG = "LOG/DIRSYNC.LOG";
const USR_A = "USR/00000004.USR";
const USR_B = "USR/00000005.USR";
const TEMPORARIES = ["GLB/IGWTRANS.GLB", "GLB/INMETRAN.GLB", "GLB/IUSRTRAN.GLB"];
const FULL_QUEUES = ["GLB/GWTRANS.GLB", "GLB/SRVTRANS.GLB", "GLB/USRTRANS.GLB"];
const SMTP = ["GLB/SMTP.GLB", "NME/SMTP.NME"];
const IMPORTED = ["GLB/FLAG.GLB", "GLB/RESYNC.GLB", "GLB/TID.GLB"];

const UNTOUCHED = { lists: OLD, resyncLeft: true, reqSync: 0 };
const SUCCESS = {
  log: [BANNER, FINISHED],
  lists: NEW,
  changed: [...IMPORTED, ...NUMBERS, ...SMTP, LOG, USR_A, USR_B],
  resyncLeft: false,
  reqSync: 7,
};

const AFTERMATHS: Partial<Record<PostofficeFailure, Aftermath>> = {
  "bad-password": { ...UNTOUCHED, log: [], changed: [], screen: "Bad ID or Password\r\n" },
  "fatal-91": {
    ...UNTOUCHED,
    log: [
      BANNER,
      "Fatal  [ 91] The database is locked by another process: ADMIN",
      "Fatal  [   ]   Mailbox name: Admin.",
      "Fatal  [   ]   Full name: Administrator.",
      "Fatal  [   ]   FLAG.GLB is locked open.",
      FINISHED,
    ],
    changed: [LOG],
  },
  "error-45-sortlock": {
    ...UNTOUCHED,
    log: [BANNER, "Error  [ 45] File error sorting queue: USRTRANS", FINISHED],
    changed: ["GLB/SORTLOCK.GLB", LOG],
  },
  "error-45-queues": {
    ...UNTOUCHED,
    log: [BANNER, "Error  [ 45] File error sorting queue: USRTRANS", FINISHED],
    changed: [...NUMBERS, "GLB/SRVTRANS.GLB", ...TEMPORARIES, LOG],
    reqSync: 7,
  },
  "fatal-7": {
    log: [
      BANNER,
      "Fatal  [  7] Error renaming file: M:USR\\IMPORT.USR",
      "Warning[ 90] Transaction not processed: R PCM:N/B",
      "Warning[ 90] Transaction not processed: A New B\tPCM:N/B/nb",
      "Warning[ 90] Transaction not processed: R SMTP:",
      "Warning[ 90] Transaction not processed: A New S\tSMTP:n@n",
    ],
    lists: ["A New A PCM:N/A/na", "A Old B PCM:N/B/b", "A Old S SMTP:s@s"],
    changed: [...NUMBERS, ...FULL_QUEUES, ...TEMPORARIES, "GLB/TID.GLB", USR_A, "USR/IMPORT.USR", LOG],
    resyncLeft: true,
    reqSync: 7,
  },
  "fatal-14": {
    ...UNTOUCHED,
    log: [BANNER, "Fatal  [ 14] Error processing RESYNC.GLB", FINISHED],
    changed: ["GLB/SRVTRANS.GLB", LOG],
  },
  "error-44": {
    ...SUCCESS,
    log: [BANNER, "Error  [ 44] Gateway not installed: SMTP", FINISHED],
    lists: ["A New A PCM:N/A/na", "A New B PCM:N/B/nb", "A Old S SMTP:s@s"],
    changed: [...IMPORTED, ...NUMBERS, LOG, USR_A, USR_B],
  },
  "refuses-on-dss": {
    ...UNTOUCHED,
    log: [BANNER, "Fatal  [ 14] Error processing RESYNC.GLB", FINISHED],
    changed: [LOG],
  },
  crash: {
    log: [BANNER],
    lists: ["A New A PCM:N/A/na", "A Old B PCM:N/B/b", "A Old S SMTP:s@s"],
    changed: [
      ...NUMBERS,
      ...FULL_QUEUES,
      ...TEMPORARIES,
      "GLB/TID.GLB",
      "GLB/SORTLOCK.GLB",
      USR_A,
      "USR/IMPORT.USR",
      LOG,
    ],
    resyncLeft: true,
    reqSync: 7,
  },
  "not-consumed": { ...UNTOUCHED, log: [BANNER, FINISHED], changed: [LOG] },
  "finished-but-wrong": {
    ...SUCCESS,
    lists: ["A New A PCM:N/A/na", "A Old B PCM:N/B/b", "A New S SMTP:n@n"],
    changed: SUCCESS.changed.filter((name) => name !== USR_B),
  },
  "numbers-not-reset": {
    ...SUCCESS,
    changed: SUCCESS.changed.filter((name) => !NUMBERS.includes(name)),
    reqSync: 0,
  },
  "fatal-79": {
    log: [BANNER, "Fatal  [ 79] Out of disk space"],
    lists: ["A New A PCM:N/A/na", "A Old B PCM:N/B/b", "A Old S SMTP:s@s"],
    changed: [...NUMBERS, ...FULL_QUEUES, ...TEMPORARIES, "GLB/TID.GLB", USR_A, "USR/IMPORT.USR", LOG],
    resyncLeft: true,
    reqSync: 7,
  },
  "no-ds-msg": SUCCESS,
  "log-not-writable": { ...SUCCESS, log: [], changed: SUCCESS.changed.filter((name) => name !== LOG) },
  "nothing-at-all": { ...UNTOUCHED, log: [], changed: [], screen: "" },
};

/** Failures with a test of their own: below, in rebuild.test.ts or in process.test.ts. */
const ELSEWHERE = ["fatal-59", "hang-idle", "hang-busy", "hang-81"];

async function oldPostoffice(): Promise<TestPostoffice> {
  const postoffice = await testPostoffice({
    dss: "N/A",
    gateways: [{ type: "SMTP", names: [{ alias: "Old S", address: "s@s" }] }],
    external: [
      { network: "N", postoffice: "A", names: [{ alias: "Old A", address: "a" }] },
      { network: "N", postoffice: "B", names: [{ alias: "Old B", address: "b" }] },
    ],
  });
  await postoffice.drop(TRANSACTIONS);
  return postoffice;
}

function replaceByFolder(files: PostofficeFiles): void {
  files.remove("GLB/USRTRANS.GLB");
  files.makeFolder("GLB/USRTRANS.GLB");
}

async function lists(postoffice: TestPostoffice): Promise<string[]> {
  return (await postoffice.extract()).map((line) => line.replace(/ {2,}/gu, " "));
}

describe("IMPORT fails on request", () => {
  let shared: TestPostoffice;
  beforeAll(async () => {
    shared = await oldPostoffice();
  });
  beforeEach(() => shared.reset());
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each(Object.entries(AFTERMATHS))("%s", async (name, aftermath) => {
    const postoffice = shared;
    const before = postoffice.fingerprint();
    const screen = await postoffice.import("ADMIN -pPASSWORD -q -y -dM", { failure: name as PostofficeFailure });
    const after = postoffice.fingerprint();

    expect(postoffice.log()).toEqual(aftermath.log);
    expect(changed(before, after)).toEqual(aftermath.changed.toSorted());
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(aftermath.resyncLeft);
    expect(decodeRequestorConfig(postoffice.files.read("GLB/REQCONF.GLB")).reqSync).toBe(aftermath.reqSync);
    if (aftermath.screen !== undefined) expect(screen).toBe(aftermath.screen);
    expect(await lists(postoffice)).toEqual(aftermath.lists);
  });

  test("without a failure the same file succeeds, to the same change everywhere", async () => {
    const postoffice = shared;
    const before = postoffice.fingerprint();
    await postoffice.import("ADMIN -pPASSWORD -q -y -dM");
    expect(changed(before, postoffice.fingerprint())).toEqual(SUCCESS.changed.toSorted());
    expect(await lists(postoffice)).toEqual(NEW);
    expect(brokenSizes(postoffice.built.root)).toEqual([]);
  });

  test("fatal-59: an unknown postoffice cannot be created", async () => {
    await using postoffice = await oldPostoffice();
    await postoffice.drop(["A Zoe\tPCM:NEW/PO/zoe"]);
    await postoffice.import("ADMIN -pPASSWORD -q -y -dM", { failure: "fatal-59" });
    expect(postoffice.log()).toEqual([BANNER, "Fatal  [ 59] Error autocreating PO: PCM:NEW/PO", FINISHED]);
    expect(postoffice.files.size("GLB/USRTRANS.GLB")).toBeGreaterThan(0);
  });

  test("no-ds-msg: a numbered message loses its text (Q130064)", async () => {
    await using postoffice = await oldPostoffice();
    await postoffice.drop(["A X\tX400:/c=US/"]);
    await postoffice.import("ADMIN -pPASSWORD -q -y -dM", { failure: "no-ds-msg" });
    expect(postoffice.log()[1]).toBe("Error  [  1] Error Obtaining Message #: 44");
  });

  test("every failure is tested somewhere, and names its source", () => {
    const tested = [...Object.keys(AFTERMATHS), ...ELSEWHERE];
    const imports = POSTOFFICE_FAILURE_NAMES.filter((name) => POSTOFFICE_FAILURES[name].program === "IMPORT");
    expect(tested.toSorted()).toEqual(imports.toSorted());
    for (const name of POSTOFFICE_FAILURE_NAMES) {
      expect(POSTOFFICE_FAILURES[name].source).toMatch(/^(assumption|Q\d{5,6}(, Q\d{5,6})*)$/u);
    }
  });
});

test("docs/simulator.md has every failure as the code has it", () => {
  const page = readFileSync(new URL("../../../docs/simulator.md", import.meta.url), "utf8");
  for (const name of POSTOFFICE_FAILURE_NAMES) {
    const { program, does, source } = POSTOFFICE_FAILURES[name];
    const shown = source === "assumption" ? "*assumption*" : source;
    expect(page).toContain(`| \`${name}\` | ${program} | ${does} | ${shown} |`);
  }
});

describe("the same states met by themselves", () => {
  const GO = "ADMIN -pPASSWORD -q -y -dM";

  test.each([
    ["another mailbox", "ANN -pPASSWORD -q -y -dM"],
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
