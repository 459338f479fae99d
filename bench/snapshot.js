// node bench/snapshot.js [--rounds N] (after npm run build): snapshot and roll-back of a postoffice with 500 users that knows 200 postoffices of 500
// addresses each, beside `cp -a` of the same files, interleaved: first with files that nobody has read yet, then with files in memory. Rolled back is an
// import that replaced every list (and the Global Address List), then, as the worst case, a change of every single file. Ours is on the disk when it ends,
// and every byte was read back; `cp -a` alone is neither.
import { execFileSync } from "node:child_process";
import {
  accessSync,
  appendFileSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { openPostoffice } from "../dist/import/postoffice/postoffice.js";
import { DIRECTORY_FOLDERS } from "../dist/import/postoffice/layout.js";
import { rollBack } from "../dist/import/snapshot/rollback.js";
import { takeSnapshot } from "../dist/import/snapshot/snapshot.js";
import { readState } from "../dist/import/snapshot/state.js";
import { createPostoffice } from "../dist/simulator/postoffice/create.js";
import { median } from "./measure.js";

/** Linux, root: written to, the kernel forgets the files it holds in memory. */
const DROP_CACHES = "/proc/sys/vm/drop_caches";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(process.env.RESYNC_BENCH_DIR ?? tmpdir(), "resync-bench-"));
try {
  const built = await build();
  for (const cold of maySweep() ? [true, false] : [false]) {
    const taken = [];
    for (let round = 0; round <= rounds; round += 1) taken.push(await once(built, round, cold));
    // The first round warms up both sides.
    process.stdout.write(`${show(taken.slice(1), cold)}\n`);
  }
  if (!maySweep()) process.stdout.write("Files that nobody has read yet can be measured by root on Linux only.\n");
} finally {
  rmSync(folder, { recursive: true });
}

/** True where the system's memory of files can be swept. */
function maySweep() {
  try {
    accessSync(DROP_CACHES, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function build() {
  const template = ["Phone:~10~20~U~~", "Office:~10~20~U~~", "Department:~10~30~U~~"];
  const external = Array.from({ length: 200 }, (_, po) => ({
    network: `NET${po % 20}`,
    postoffice: `PO${po}`,
    template,
    names: Array.from({ length: 500 }, (__, n) => ({
      alias: `Person ${n} of ${po}`,
      address: `p${n}`,
      details: { Phone: `+49 30 ${n}`, Office: `${po}.${n}`, Department: `Works ${n % 30}` },
    })),
  }));
  const users = Array.from({ length: 499 }, (_, n) => ({ alias: `User ${n}`, address: `u${n}` }));
  const { root, programs } = await createPostoffice(folder, { external, users, dss: "NET0/PO0" });
  execFileSync(process.execPath, [programs.rebuild, "-f", "-dM"], { cwd: root, stdio: "ignore" });
  return root;
}

/**
 * One round, in folders of its own. All stay until the end: ext4 makes files slowly where others were just removed, which would count for all that
 * comes after. `cold`: nobody has read the files since they were written, as an import finds a postoffice; what an import has read stays read.
 */
async function once(built, round, cold) {
  const taken = {};
  for (const what of ["lists", "all"]) {
    const place = join(folder, `${round}-${what}-${cold ? "cold" : "warm"}`);
    const root = join(place, "postoffice");
    mkdirSync(place);
    execFileSync("cp", ["-a", built, root]);
    taken[what] = await both(place, await openPostoffice(root), what, round, cold);
  }
  return taken;
}

async function both(place, postoffice, what, round, cold) {
  const copy = join(place, "copy");
  const times = {};
  const byHand = async () => {
    mkdirSync(copy);
    const acts = DIRECTORY_FOLDERS.map((name) => join(postoffice.root, name));
    times.copy = await timed(async () => execFileSync("cp", ["-a", ...acts, copy]));
    times.flush = await timed(async () => execFileSync("sync", ["-f", folder]));
  };
  let snapshot;
  const ours = async () => {
    times.snapshot = await timed(async () => (snapshot = await takeSnapshot(postoffice, join(place, "snapshot"))));
  };
  // Which comes first changes, so that neither always finds what the other left to the disk.
  for (const act of round % 2 === 0 ? [byHand, ours] : [ours, byHand]) {
    execFileSync("sync", ["-f", folder]);
    if (cold) writeFileSync(DROP_CACHES, "3");
    await act();
  }
  const kept = [...snapshot.before.values()].filter(({ sha256 }) => sha256 !== undefined);
  const files = what === "all" ? kept : kept.filter(({ key }) => /^(GLB|INF|LOG|USR)\/|GAL/.test(key));
  times.rollBack = await rolledBack(postoffice, snapshot, files);
  return { ...times, files: kept.length, changed: files.length, bytes: snapshot.copied.bytes };
}

async function rolledBack(postoffice, snapshot, files) {
  for (const { path, mode } of files) change(join(postoffice.root, path), mode);
  const after = await readState(postoffice, { before: snapshot.before });
  execFileSync("sync", ["-f", folder]);
  const time = await timed(() => rollBack(postoffice, snapshot, after));
  prove(postoffice.root, files);
  return time;
}

function change(path, mode) {
  if ((mode & 0o200) === 0) chmodSync(path, mode | 0o200);
  appendFileSync(path, "changed");
}

/** What was put back is what stood there: sizes and times; rollBack itself read every byte back. */
function prove(root, files) {
  for (const { path, size, mtimeMs } of files) {
    const now = statSync(join(root, path));
    if (now.size !== size || Math.abs(now.mtimeMs - mtimeMs) > 1) throw new Error(`${path} was not put back`);
  }
}

async function timed(act) {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

function show(taken, cold) {
  const [{ all, lists }] = taken;
  const table = new Table({
    head: ["", "ms", "to cp -a", "to cp -a + sync -f"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right"],
  });
  const row = (name, what, time) => {
    const times = taken.map((round) => round[what]);
    const to = (base) => median(times.map((one) => time(one) / base(one))).toFixed(2);
    const cp = ({ copy }) => copy;
    table.push([name, median(times.map(time)).toFixed(0), `${to(cp)} ×`, `${to(flushed)} ×`]);
  };
  const flushed = ({ copy, flush }) => copy + flush;
  const whole = ({ snapshot, rollBack }) => snapshot + rollBack;
  row("cp -a", "lists", ({ copy }) => copy);
  row("cp -a, sync -f", "lists", flushed);
  row("snapshot", "lists", ({ snapshot }) => snapshot);
  row(`roll-back, all lists replaced (${lists.changed} files)`, "lists", ({ rollBack }) => rollBack);
  row("snapshot + roll-back", "lists", whole);
  row(`roll-back, every file changed (${all.changed})`, "all", ({ rollBack }) => rollBack);
  row("snapshot + roll-back", "all", whole);
  const state = cold ? "not read since they were written" : "in memory already";
  const size = `${all.files} files, ${(all.bytes / 1e6).toFixed(1)} MB, ${state}`;
  return `${size}; ${taken.length} rounds, medians; Node ${process.version}\n${table.toString()}`;
}
