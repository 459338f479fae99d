// npm run bench [-- --sizes 0.001,20,200] [--rounds 5] [--delay 50] [--lines both|loopback|long] [--only REGEXP]
// Files to and from private servers by cp, smbclient, OpenSSH's sftp, resync over SMB and SFTP, and npm packages; first on loopback, then
// on a line that takes --delay milliseconds there and back (0: no such line). Each is a process of its own, measured from its start to its
// end; the rounds are interleaved, and what arrived is compared. The servers' folders are in memory: no disk is measured.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { bundled } from "./bundled.js";
import { contenders } from "./contenders.js";
import { measure } from "./measure.js";
import { hasNetem, netemCommand } from "./netem.js";
import { race } from "./race.js";
import { startServers } from "./servers.js";
import { show } from "./table.js";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "0.001,20,200" },
    rounds: { type: "string", default: "5" },
    delay: { type: "string", default: "50" },
    lines: { type: "string", default: "both" },
    only: { type: "string", default: "" },
    // Set for the part of this program that runs in a network namespace of its own.
    inside: { type: "boolean", default: false },
  },
});
const sizes = values.sizes.split(",").map(Number);
const rounds = Number(values.rounds);
const delayMs = Number(values.delay);
const say = (text) => process.stdout.write(`${text}\n`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

if (values.inside) {
  await bench(`at ${delayMs} ms there and back (tc netem)`, { long: true, proxyMs: 0 });
} else {
  if (values.lines !== "long") {
    await bench("on loopback", { long: false, proxyMs: 0 });
    await withoutProvider();
  }
  if (values.lines !== "loopback" && delayMs > 0) await longLine();
}

/** Runs all rounds over one kind of line and says the tables. */
async function bench(line, { long, proxyMs }) {
  const { servers, close } = await startServers(proxyMs);
  process.env.PASSWD = servers.plain.password;
  try {
    const all = contenders(servers).filter(
      ({ name, loopbackOnly }) => new RegExp(values.only, "u").test(name) && !(long && loopbackOnly === true),
    );
    const results = await race({ all, sizes, rounds, scratch: servers.plain.file });
    for (const act of ["put", "get"]) say(show(`${act} ${line}`, act, results, { sizes, rounds }));
  } finally {
    await close();
  }
}

/** The same on a long line: in a network namespace with netem where that is allowed, else through a proxy. */
async function longLine() {
  if (hasNetem()) return runInside();
  const words = `at ${delayMs} ms there and back (through a proxy: this machine has no tc netem for us)`;
  return bench(words, { long: true, proxyMs: delayMs });
}

/** What the npm package does where nobody gives it OpenSSL's legacy provider. */
async function withoutProvider() {
  const { servers, close } = await startServers(0);
  try {
    const { port, user, file } = servers.old;
    const args = [
      await bundled("transfer-smb"),
      "smb2",
      "put",
      "plain",
      file("smb.conf"),
      "target",
      String(port),
      user,
    ];
    const end = await measure(process.execPath, args).catch((error) => error);
    say(`npm smb2 without OpenSSL's legacy provider: ${end instanceof Error ? firstError(end.message) : "works"}\n`);
  } finally {
    await close();
  }
}

function firstError(text) {
  return /^\s*(?:Error|code): .*$/mu.exec(text)?.[0].trim() ?? text.split("\n")[0];
}

function runInside() {
  const [program, ...args] = netemCommand(delayMs, [process.execPath, ...process.argv.slice(1), "--inside"]);
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
