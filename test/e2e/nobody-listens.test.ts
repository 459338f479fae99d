import { once } from "node:events";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fileURLToPath } from "node:url";
import { journals, makeBench, type Bench } from "./program.ts";
import { need } from "../support/need.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/resync.js", import.meta.url));

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
  expect(await bench.resync(["simulate", "dss", "dss", "--entries", "2000"])).toMatchObject({ exitCode: 0 });
});
afterEach(() => bench.close());

const PUSH = ["push", "--dss", "simulated:dss", "--requestor", "HARBOUR", "--to", "."];
const environment = () => ({ PATH: process.env["PATH"] ?? "", HOME: bench.folder, RESYNC_STATE_DIR: bench.stateDir });

/** Where the journal of the only run ends. */
async function end(): Promise<unknown> {
  const [lines = []] = await journals(bench.stateDir);
  return JSON.parse(lines.at(-1) ?? "{}");
}

it("a push that nobody reads any more is finished", async () => {
  const options = { cwd: bench.folder, env: environment() };
  const child = spawn(process.execPath, [PROGRAM, ...PUSH], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  for (const name of ["stdout", "stderr"] as const) child[name].destroy();
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(await end()).toMatchObject({ type: "end", outcome: "delivered", exitCode: 0 });
});

it("a long listing ends without a word when nobody reads on", async () => {
  expect(await bench.resync(PUSH)).toMatchObject({ exitCode: 0 });
  const command = `"$0" "$1" inspect RESYNC.GLB --format csv | head -1`;
  const child = spawn("sh", ["-c", command, process.execPath, PROGRAM], { cwd: bench.folder, env: environment() });
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  child.stdout.resume();
  expect(await once(child, "close")).toEqual([0, null]);
  expect(Buffer.concat(said).toString()).toBe("");
});

it.skipIf(!need("python3"))("a push whose terminal is closed leaves the DSS as it was found", async () => {
  // A terminal of its own, closed as soon as the registry value is written.
  const script = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""
while b"Restart the" not in seen:
    seen += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
  const args = ["-c", script, process.execPath, PROGRAM, ...PUSH];
  const child = spawn("python3", args, { cwd: bench.folder, env: environment() });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr.pipe(process.stderr);
  await once(child, "close");
  // Node itself aborts (SIGABRT) when it finds, at its very end, that its terminal is gone: after all that we do.
  expect(["143", "-6"]).toContain(Buffer.concat(said).toString().trim());
  expect(await end()).toMatchObject({ type: "end", outcome: "failed", exitCode: 143 });
  expect(await bench.resync(["recover"])).toMatchObject({
    stdout: expect.stringContaining("nothing to recover") as string,
  });
  expect(await bench.resync(PUSH)).toMatchObject({ exitCode: 0 });
});
