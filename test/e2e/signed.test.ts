import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeBench, ndjson, type Bench } from "./program.ts";

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
const pull = (from: string, ...more: string[]) => {
  const runner = `"${process.execPath}" "${bench.path("po", "MAILEXE")}/{program}.mjs"`;
  const where = ["--postoffice", "po/MAILDATA", "--runner-command", runner];
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
