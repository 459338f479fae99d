// Part of npm run bench, and by itself: node bench/smb.js [--sizes 0.001,20,200] [--rounds 5] [--delay MS]
// Files over SMB to a private smbd, plain, signed and encrypted: by resync, by Samba's smbclient, and by the npm package smb2 on the one
// kind of server it can log in to. Each is a process of its own, timed from its start to its end, log-on included; rounds are interleaved.
// resync also has the server flush the file, which smbclient cannot. --delay makes a round trip take MS milliseconds.
import { createHash, randomFillSync } from "node:crypto";
import { copyFileSync, createReadStream, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { measure, median } from "./measure.js";
import { startSamba } from "./samba.js";
import { startSlowLine } from "./slow-line.js";

const MODES = {
  plain: [],
  signed: ["server signing = mandatory"],
  encrypted: ["smb encrypt = required"],
  // The package knows NTLMv1 only, and takes the interim answers of asynchronous writes for failures.
  old: ["ntlm auth = ntlmv1-permitted", "aio write size = 0"],
};

/** Measures uploads of `sizes` megabytes and downloads of the largest, `rounds` times each, and says the tables with `say`. */
export async function benchSmb({ sizes, rounds, delay = 0, say }) {
  const line = delay === 0 ? "on loopback" : `at ${delay} ms`;
  say(`SMB to a private smbd ${line}, ${rounds} rounds, medians; Node ${process.version}`);
  if (!hasPackage()) say("The npm package smb2 is not installed and is left out.");
  const servers = new Map();
  const lines = [];
  for (const [mode, globals] of Object.entries(MODES)) {
    const server = await startSamba(globals);
    if (delay > 0) lines.push(await startSlowLine(server.port, delay));
    servers.set(mode, { ...server, port: lines.at(-1)?.port ?? server.port });
  }
  try {
    for (const size of sizes) {
      const source = servers.get("plain").file("source");
      writeFileSync(source, randomFillSync(Buffer.alloc(size * 1_000_000)));
      for (const direction of size === Math.max(...sizes) ? ["put", "get"] : ["put"]) {
        say(show(`${direction} ${size} MB`, size, await race(direction, servers, source, rounds)));
      }
    }
  } finally {
    for (const open of [...lines, ...servers.values()]) await open.close();
  }
}

async function race(direction, servers, source, rounds) {
  const wanted = await sha256(source);
  const results = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, mode, run } of contenders(direction)) {
      const server = servers.get(mode);
      const there = join(server.share, "target");
      const back = server.file("back");
      if (direction === "get") copyFileSync(source, there);
      const result = await run(server, direction === "put" ? source : back);
      if ((await sha256(direction === "put" ? there : back)) !== wanted) throw new Error(`${name}: the copy differs`);
      for (const file of [there, back]) rmSync(file, { force: true });
      results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  return results;
}

function contenders(direction) {
  const copy = {
    name: "cp",
    mode: "plain",
    run: async (server, local) => {
      const there = join(server.share, "target");
      return measure("cp", direction === "put" ? [local, there] : [there, local]);
    },
  };
  const pairs = ["plain", "signed", "encrypted"].flatMap((mode) => [
    { name: `smbclient, ${mode}`, mode, run: async (server, local) => smbclient(server, direction, local) },
    { name: `resync, ${mode}`, mode, run: async (server, local) => node(server, ["resync", direction, mode, local]) },
  ]);
  const old = {
    name: "npm smb2, plain",
    mode: "old",
    run: async (server, local) => node(server, ["smb2", direction, "plain", local]),
  };
  return [copy, ...pairs, ...(direction === "put" && hasPackage() ? [old] : [])];
}

async function smbclient({ port, user, password }, direction, local) {
  process.env.PASSWD = password;
  const command = direction === "put" ? `put ${local} target` : `get target ${local}`;
  return measure("smbclient", [
    "//127.0.0.1/share",
    "-p",
    port,
    "-s",
    "/dev/null",
    "-U",
    `WORKGROUP/${user}`,
    "-E",
    "-c",
    command,
  ]);
}

async function node({ port, user, password }, args) {
  process.env.PASSWD = password;
  const script = fileURLToPath(new URL("smb-transfer.js", import.meta.url));
  const provider = args[0] === "smb2" ? ["--openssl-legacy-provider", "--no-deprecation"] : [];
  return measure(process.execPath, [...provider, script, ...args, "target", String(port), user]);
}

function hasPackage() {
  try {
    createRequire(import.meta.url).resolve("smb2");
    return true;
  } catch {
    return false;
  }
}

function show(title, size, results) {
  const table = new Table({
    head: [title, "seconds", "MB/s", "of smbclient's time", "peak memory"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right"],
  });
  for (const [name, all] of results) {
    const mode = name.split(", ")[1] ?? "plain";
    const peer = results.get(`smbclient, ${mode}`);
    const seconds = median(all.map((result) => result.seconds));
    const ratio = median(all.map((result, round) => result.seconds / peer[round].seconds));
    const peak = median(all.map((result) => result.bytes));
    table.push([
      name,
      seconds.toFixed(2),
      size >= 1 ? (size / seconds).toFixed(0) : "–",
      ratio.toFixed(2),
      peak === 0 ? "–" : `${(peak / 1e6).toFixed(0)} MB`,
    ]);
  }
  return table.toString();
}

async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) hash.update(chunk);
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      sizes: { type: "string", default: "0.001,20,200" },
      rounds: { type: "string", default: "5" },
      delay: { type: "string", default: "0" },
    },
  });
  const say = (text) => process.stdout.write(`${text}\n`);
  const sizes = values.sizes.split(",").map(Number);
  await benchSmb({ sizes, rounds: Number(values.rounds), delay: Number(values.delay), say });
}
