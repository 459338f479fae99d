// npm run bench [-- --size MB --rounds N]: a file over SFTP to a real sshd on loopback, by resync, by OpenSSH's sftp, and by
// ssh2-sftp-client's own put and get. Each is a process of its own, timed from its start to its end; the rounds are interleaved. What of the
// time is start and login is measured with an empty file.
import { createHash, randomFillSync } from "node:crypto";
import { closeSync, createReadStream, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { measure, median } from "./measure.js";
import { startSshd } from "./sshd.js";

const { values } = parseArgs({
  options: { size: { type: "string", default: "200" }, rounds: { type: "string", default: "5" } },
});
const size = Number(values.size) * 1_000_000;
const rounds = Number(values.rounds);
const say = (text) => process.stdout.write(`${text}\n`);

const server = await startSshd();
try {
  const source = server.file("source");
  const empty = server.file("empty");
  makeFile(source, size);
  makeFile(empty, 0);
  say(`${size / 1e6} MB over SFTP to OpenSSH's sshd on loopback, ${rounds} rounds, medians; Node ${process.version}`);
  for (const direction of ["put", "get"]) {
    const logins = await race(direction, empty);
    say(show(direction, await race(direction, source), logins));
  }
} finally {
  await server.close();
}

/** Runs all contenders `rounds` times, one after the other in each round, and checks what arrived. */
async function race(direction, source) {
  const wanted = await sha256(source);
  const results = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of contenders(direction)) {
      const target = direction === "put" ? join(server.data, "target") : server.file("target");
      const [local, remote] = direction === "put" ? [source, target] : [target, source];
      const result = await run(local, remote);
      if ((await sha256(target)) !== wanted) throw new Error(`${String(name)} ${direction}: the copy differs`);
      rmSync(target);
      results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  return results;
}

function contenders(direction) {
  const script = fileURLToPath(new URL("transfer.js", import.meta.url));
  const node = (who) => async (local, remote) =>
    measure(process.execPath, [
      script,
      who,
      direction,
      local,
      remote,
      String(server.port),
      server.user,
      server.file("user"),
      server.file("known_hosts"),
    ]);
  const options = [
    `IdentityFile=${server.file("user")}`,
    "IdentitiesOnly=yes",
    `UserKnownHostsFile=${server.file("known_hosts")}`,
    "BatchMode=yes",
  ];
  // -f flushes to the disk at the end, as resync does.
  const batch = (local, remote) =>
    direction === "put" ? `put -f ${local} ${remote}\n` : `get -f ${remote} ${local}\n`;
  const openssh = async (local, remote) =>
    measure(
      "sftp",
      [
        "-q",
        "-F",
        "none",
        "-P",
        String(server.port),
        ...options.flatMap((option) => ["-o", option]),
        "-b",
        "-",
        `${server.user}@127.0.0.1`,
      ],
      { input: batch(local, remote) },
    );
  return [
    ["resync", node("resync")],
    ["OpenSSH sftp", openssh],
    [`ssh2-sftp-client ${direction}`, node("library")],
  ];
}

function show(direction, results, logins) {
  const table = new Table({
    head: [direction, "seconds", "of it login", "MB/s", "to OpenSSH", "memory"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "right"],
  });
  const middle = (all) => median(all.map((result) => result.seconds));
  const rival = results.get("OpenSSH sftp");
  for (const [name, all] of results) {
    const seconds = middle(all);
    const ratio = median(all.map((result, round) => result.seconds / rival[round].seconds));
    const peak = median(all.map((result) => result.bytes));
    table.push([
      name,
      seconds.toFixed(2),
      middle(logins.get(name)).toFixed(2),
      (size / 1e6 / seconds).toFixed(0),
      `${ratio.toFixed(2)} ×`,
      peak === 0 ? "–" : `${(peak / 1e6).toFixed(0)} MB`,
    ]);
  }
  return table.toString();
}

function makeFile(path, bytes) {
  const block = randomFillSync(Buffer.alloc(1_000_000));
  const file = openSync(path, "w");
  for (let at = 0; at < bytes; at += block.length) {
    block.writeUInt32BE(at / block.length);
    writeSync(file, block, 0, Math.min(block.length, bytes - at));
  }
  closeSync(file);
  if (statSync(path).size !== bytes) throw new Error("the source could not be written");
}

async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) hash.update(chunk);
  return hash.digest("hex");
}
