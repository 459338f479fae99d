import type { PostofficeFailure } from "../../../src/simulator/postoffice/failures.ts";
import { testPostoffice, type TestPostoffice } from "./support.ts";

export const BANNER = "Status       Microsoft (R) Mail Import V3.5";
export const FINISHED = "Status       Import is finished.";

const OLD = ["A Old A PCM:N/A/a", "A Old B PCM:N/B/b", "A Old S SMTP:s@s"];
export const NEW = ["A New A PCM:N/A/na", "A New B PCM:N/B/nb", "A New S SMTP:n@n"];

export const TRANSACTIONS = [
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
  /** Files that are there now and were not, or the other way round, or that changed. */
  readonly changed: readonly string[];
  readonly resyncLeft: boolean;
  readonly reqSync: number;
  readonly screen?: string;
}

const NUMBERS = ["GLB/REQCONF.GLB", "GLB/REQTRANS.GLB"];
const LOG = "LOG/DIRSYNC.LOG";
const USR_A = "USR/00000005.USR";
export const USR_B = "USR/00000006.USR";
const TEMPORARIES = ["GLB/IGWTRANS.GLB", "GLB/INMETRAN.GLB", "GLB/IUSRTRAN.GLB"];
const FULL_QUEUES = ["GLB/GWTRANS.GLB", "GLB/SRVTRANS.GLB", "GLB/USRTRANS.GLB"];
const SMTP = ["GLB/SMTP.GLB", "NME/SMTP.NME"];
const IMPORTED = ["GLB/FLAG.GLB", "GLB/RESYNC.GLB", "GLB/TID.GLB"];

const UNTOUCHED = { lists: OLD, resyncLeft: true, reqSync: 0 };
export const SUCCESS = {
  log: [BANNER, FINISHED],
  lists: NEW,
  changed: [...IMPORTED, ...NUMBERS, ...SMTP, LOG, USR_A, USR_B],
  resyncLeft: false,
  reqSync: 7,
};

/** What is left after each failure of IMPORT. */
export const AFTERMATHS: Partial<Record<PostofficeFailure, Aftermath>> = {
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
export const ELSEWHERE = ["fatal-59", "hang-idle", "hang-busy", "hang-81"];

/** A postoffice with an old list each of N/A, N/B and SMTP, and a RESYNC.GLB with new ones. */
export async function oldPostoffice(): Promise<TestPostoffice> {
  const postoffice = await testPostoffice({
    dss: "N/A",
    users: [{ alias: "Ann", address: "ann" }],
    gateways: [{ type: "SMTP", names: [{ alias: "Old S", address: "s@s" }] }],
    external: [
      { network: "N", postoffice: "A", names: [{ alias: "Old A", address: "a" }] },
      { network: "N", postoffice: "B", names: [{ alias: "Old B", address: "b" }] },
    ],
  });
  await postoffice.drop(TRANSACTIONS);
  return postoffice;
}

/** Every list, blanks collapsed. */
export async function lists(postoffice: TestPostoffice): Promise<string[]> {
  return (await postoffice.extract()).map((line) => line.replace(/ {2,}/gu, " "));
}
