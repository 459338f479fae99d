import { mkdir, readFile, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { need } from "../support/need.ts";
import { makeBench, type Bench, type Ended } from "./program.ts";
import { treeOf } from "./tree.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  expect(await bench.resync(["simulate", "dss", "dss", "--entries", "200"])).toMatchObject({ exitCode: 0 });
  await mkdir(bench.path("outbox"));
  expect(await push("outbox")).toMatchObject({ exitCode: 0 });
});
afterAll(() => bench.close());

const FLAGS = ["--dss", "simulated:dss", "--requestor", "HARBOUR", "--poll", "50ms", "--settle", "50ms"];
const push = (to: string, ...more: string[]): Promise<Ended> => bench.resync(["push", ...FLAGS, "--to", to, ...more]);

/** As if an export container had been taken away from the requestor. */
async function directoryHas(entries: number): Promise<void> {
  const file = bench.path("dss", "dss.json");
  const about = JSON.parse(await readFile(file, "utf8")) as { directory: object };
  await writeFile(file, JSON.stringify({ ...about, directory: { ...about.directory, entries } }));
}

/** What must be as it was found: the registry and the service's state. */
async function dssAsFound(): Promise<unknown> {
  const service = JSON.parse(await readFile(bench.path("dss", "service.json"), "utf8")) as { state: string };
  return { registry: await readFile(bench.path("dss", "registry.json"), "utf8"), state: service.state };
}

describe("a list that has lost more than --max-shrink", () => {
  it("stops the push with exit 7: the DSS as found, nothing delivered; confirmed, that very file goes", async () => {
    await directoryHas(150);
    const found = await dssAsFound();
    const outbox = await treeOf(bench.path("outbox"));
    const stopped = await push("outbox");
    expect(stopped.exitCode, stopped.stderr).toBe(7);
    expect(stopped.stderr.replaceAll(/\s+/gu, " ")).toMatch(
      /holds 150 addresses; the one delivered last held 200\. 50 are missing \(25 %\), more than the 20 % allowed/u,
    );
    expect(await dssAsFound()).toEqual(found);
    expect(await treeOf(bench.path("outbox"))).toEqual(outbox);

    const confirmed = await push("outbox", "--no-generate", "--max-shrink", "100");
    expect(confirmed.exitCode, confirmed.stderr).toBe(0);
    expect(confirmed.stdout).toMatch(/^Delivered\.[\s\S]*150 addresses/u);
    expect(await push("outbox", "--max-shrink", "0"), "150 are the measure now").toMatchObject({ exitCode: 0 });
  });

  it("is measured by the manifest that stands there, also from another machine", async () => {
    await directoryHas(100);
    const args = ["push", ...FLAGS, "--to", "outbox"];
    const elsewhere = await bench.resync(args, { RESYNC_STATE_DIR: bench.path("elsewhere") });
    expect(elsewhere.exitCode, elsewhere.stderr).toBe(7);
  });

  it.skipIf(!need("python3"))("asks a person at a terminal", async () => {
    await directoryHas(100);
    const before = await treeOf(bench.path("outbox"));
    const no = await atTerminal("\r");
    expect(no.exitCode, no.stdout).toBe(7);
    expect(no.stdout).toContain("Deliver it nevertheless?");
    expect(await treeOf(bench.path("outbox"))).toEqual(before);
    const yes = await atTerminal("y");
    expect(yes.exitCode, yes.stdout).toBe(0);
    expect(yes.stdout).toContain("Delivered.");
  });
});

/** Answers the question of a push that sits at a terminal. */
async function atTerminal(answer: string): Promise<{ exitCode: number | undefined; stdout: string }> {
  const script = `
import fcntl, os, pty, struct, sys, termios
answer, command = sys.argv[1].encode(), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0: os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
seen, asked = b"", False
while True:
    try: part = os.read(terminal, 65536)
    except OSError: break
    if not part: break
    seen += part
    if not asked and b"nevertheless?" in seen: asked = True; os.write(terminal, answer)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
  const resync = new URL("../../bin/resync.js", import.meta.url).pathname;
  const command = [process.execPath, resync, "push", ...FLAGS, "--to", "outbox"];
  const { exitCode, stdout } = await execa("python3", ["-c", script, answer, ...command], {
    cwd: bench.folder,
    reject: false,
    timeout: 60_000,
    extendEnv: false,
    env: { PATH: process.env["PATH"] ?? "", HOME: bench.folder, RESYNC_STATE_DIR: bench.stateDir },
  });
  return { exitCode, stdout };
}
