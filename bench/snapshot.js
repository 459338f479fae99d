// node bench/snapshot.js [--rounds N] (after npm run build): snapshot and roll-back of a postoffice with 500 users that knows 200 postoffices of 500
// addresses each, beside `cp -a` of the same files, interleaved. Rolled back is an import that replaced every list (and the Global Address List), then,
// as the worst case, a change of every single file. Ours is on the disk when it ends, and every byte was read back; `cp -a` alone is neither.
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
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

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(process.env.RESYNC_BENCH_DIR ?? tmpdir(), "resync-bench-"));
try {
  const built = await build();
  const taken = [];
  for (let round = 0; round <= rounds; round += 1) taken.push(await once(built, round));
  // The first round warms up both sides.
  process.stdout.write(`${show(taken.slice(1))}\n`);
} finally {
  rmSync(folder, { recursive: true });
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

/** One round, in folders of its own. All stay until the end: ext4 makes files slowly where others were just removed, which would count for all that comes after. */
async function once(built, round) {
  const root = join(folder, `postoffice-${round}`);
  execFileSync("cp", ["-a", built, root]);
  const postoffice = await openPostoffice(root);
  const copy = join(folder, `copy-${round}`);
  const kept = join(folder, `snapshot-${round}`);
  const byHand = async () => {
    execFileSync("mkdir", [copy]);
    execFileSync("cp", ["-a", ...DIRECTORY_FOLDERS.map((name) => join(root, name)), copy]);
  };
  // Which comes first changes, so that neither always finds what the other left to the disk.
  let snapshot;
  const ours = async () => (snapshot = await takeSnapshot(postoffice, kept));
  const times = {};
  for (const [name, act] of round % 2 === 0
    ? [
        ["copy", byHand],
        ["snapshot", ours],
      ]
    : [
        ["snapshot", ours],
        ["copy", byHand],
      ]) {
    execFileSync("sync", ["-f", folder]);
    times[name] = await timed(act);
    if (name === "copy") times.flush = await timed(async () => execFileSync("sync", ["-f", folder]));
  }
  const files = [...snapshot.before.values()].filter(({ sha256 }) => sha256 !== undefined);
  const lists = files.filter(({ key }) => /^(GLB|INF|LOG|USR)\/|GAL/.test(key));
  times.lists = await rolledBack(postoffice, snapshot, lists);
  times.all = await rolledBack(postoffice, snapshot, files);
  return { ...times, files: files.length, changed: lists.length, bytes: snapshot.copied.bytes };
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

function show(taken) {
  const [{ files, changed, bytes }] = taken;
  const table = new Table({
    head: ["", "ms", "to cp -a", "to cp -a + sync -f"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right"],
  });
  const row = (name, time) => {
    const to = (base) => median(taken.map((round) => time(round) / base(round))).toFixed(2);
    const cp = ({ copy }) => copy;
    const flushed = ({ copy, flush }) => copy + flush;
    table.push([name, median(taken.map(time)).toFixed(0), `${to(cp)} ×`, `${to(flushed)} ×`]);
  };
  row("cp -a", ({ copy }) => copy);
  row("cp -a, sync -f", ({ copy, flush }) => copy + flush);
  row("snapshot", ({ snapshot }) => snapshot);
  row(`roll-back, all lists replaced (${changed} files)`, ({ lists }) => lists);
  row("snapshot + roll-back", ({ snapshot, lists }) => snapshot + lists);
  row("roll-back, every file changed", ({ all }) => all);
  row("snapshot + roll-back", ({ snapshot, all }) => snapshot + all);
  const head = `${files} files, ${(bytes / 1e6).toFixed(1)} MB, ${taken.length} rounds, medians; Node ${process.version}`;
  return `${head}\n${table.toString()}`;
}
