import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { makeBench, ndjson, type Bench } from "./program.ts";

// Many runs of the program, each a few seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  await bench.resync(["simulate", "dss", "dss", "--entries", "50"]);
  await bench.resync(["simulate", "postoffice", "po"]);
  await mkdir(bench.path("outbox"));
});
afterAll(() => bench.close());

const push = (...more: string[]) => {
  const dss = ["--dss", "simulated:dss", "--requestor", "HARBOUR", "--poll", "50ms", "--settle", "50ms"];
  return bench.resync(["push", ...dss, "--to", "outbox", ...more]);
};
let postoffice = "po";
const pull = (from: string, ...more: string[]) => {
  const runner = `"${process.execPath}" "${bench.path(postoffice, "MAILEXE")}/{program}.mjs"`;
  const where = ["--postoffice", `${postoffice}/MAILDATA`, "--runner-command", runner];
  return bench.resync(["import", "--from", from, ...where, ...more], {
    RESYNC_ADMIN_PASSWORD: "password",
  });
};

it("only a signed, unchanged delivery that is not older than the last is imported where a key is trusted", async () => {
  const made = await bench.resync(["keygen", "our.key", "--json"]);
  const result = ndjson(made.stdout).at(-1) as { data: { publicKey: string } };
  const { publicKey } = result.data;

  expect(await push()).toMatchObject({ exitCode: 0 });
  const unsigned = await pull("outbox", "--trusted-key", publicKey);
  expect(unsigned).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("is not signed") });

  const signed = await push("--sign-key", "our.key");
  expect(signed.stdout).toMatch(/Delivery .*, signed with key [0-9a-f]{16}/u);
  await cp(bench.path("outbox"), bench.path("kept"), { recursive: true });
  expect(await push("--sign-key", "our.key")).toMatchObject({ exitCode: 0 });
  await writeFile(bench.path("resync.config.yaml"), "import:\n  trustedKey: [our.key.pub]\n");
  const taken = await pull("outbox");
  expect(taken.stdout).toMatch(/^Verdict: succeeded/u);
  expect(taken.stderr).toMatch(/which\s+is trusted here/u);

  const older = await pull("kept");
  expect(older).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("DELIVERY_OLDER") });
  const manifest = await readFile(bench.path("outbox", "RESYNC.JSN"), "utf8");
  await writeFile(bench.path("outbox", "RESYNC.JSN"), manifest.replace("HARBOUR", "HARBORU"));
  expect(await pull("outbox")).toMatchObject({ exitCode: 7 });
});

it("the same holds for a list on several disks", async () => {
  await writeFile(bench.path("resync.config.yaml"), "import:\n  trustedKey: [our.key.pub]\n");
  postoffice = "po2";
  await bench.resync(["simulate", "postoffice", postoffice]);
  await bench.resync(["simulate", "dss", "dss2", "--entries", "2000", "--requestor", "HARBOUR"]);
  for (const name of ["unsigned", "older", "newer"]) await mkdir(bench.path(name));
  const split = (to: string, ...more: string[]) => {
    const dss = ["--dss", "simulated:dss2", "--requestor", "HARBOUR", "--poll", "50ms", "--settle", "50ms"];
    return bench.resync(["push", ...dss, "--to", to, "--volume-size", "65536", "--together", ...more]);
  };
  expect(await split("unsigned")).toMatchObject({ exitCode: 0 });
  expect(await split("older", "--sign-key", "our.key")).toMatchObject({ exitCode: 0 });
  expect(await split("newer", "--sign-key", "our.key")).toMatchObject({ exitCode: 0 });
  expect(await readdir(bench.path("newer"))).toHaveLength(6);

  expect(await pull("unsigned")).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("is not signed") });
  await cp(bench.path("newer"), bench.path("mixed"), { recursive: true });
  for (const name of ["RESYNC.002", "VOL002.JSN"]) await cp(bench.path("older", name), bench.path("mixed", name));
  expect(await pull("mixed")).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/of\s+another\s+delivery/u) });
  const taken = await pull("newer");
  expect(taken.stdout).toMatch(/^Verdict: succeeded/u);
  expect(taken.stderr).toMatch(/which\s+is trusted here/u);
  expect(await pull("older")).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("DELIVERY_OLDER") });
  expect(await pull("older", "--allow-older", "--dry-run")).toMatchObject({ exitCode: 0 });
});
