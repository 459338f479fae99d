import { mkdir, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBench, ndjson, type Bench } from "./program.ts";
import { treeOf } from "./tree.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
});
afterAll(() => bench.close());

const DSS = ["--dss", "simulated:dss", "--requestor", "HARBOUR", "--poll", "50ms", "--settle", "50ms"];
const runner = () => ["--runner-command", `node ${bench.path("po", "MAILEXE")}/{program}.mjs`];
const ADMIN = { RESYNC_ADMIN_PASSWORD: "password" };

/** Both simulated systems and the outbox, byte for byte. */
const everything = () => Promise.all(["dss", "po", "outbox"].map((name) => treeOf(bench.path(name))));

describe("the demo", () => {
  it("carries 5,000 addresses from the DSS over SFTP into the postoffice, proved, and leaves nothing behind", async () => {
    const { exitCode, stdout, stderr } = await bench.resync(["demo"]);
    expect(stderr).toContain("5,000 recipients");
    expect(stdout).toContain("5,000 addresses in 12 lists");
    expect(stdout).toContain("Verdict: succeeded\n");
    expect(stdout).toContain("REBUILD: succeeded\n");
    expect(exitCode).toBe(0);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("resync-demo-"))).toEqual([]);
  });

  it("says the same as NDJSON that parses line by line", async () => {
    const { exitCode, stdout } = await bench.resync(["demo", "--json", "--entries", "100"]);
    const lines = ndjson(stdout);
    expect(exitCode).toBe(0);
    for (const line of lines) expect(line).toMatchObject({ at: expect.any(String), type: expect.any(String) });
    expect(lines.at(-1)).toMatchObject({
      type: "result",
      command: "demo",
      exitCode: 0,
      outcome: "succeeded",
      data: {
        push: { outcome: "delivered", manifest: { requestors: ["HARBOUR"], counts: { addresses: 100 } } },
        import: { outcome: "imported", verdict: { outcome: "succeeded" } },
      },
    });
    const titles = lines.filter(({ type }) => type === "step-done").map(({ id }) => id);
    expect(titles).toEqual(
      expect.arrayContaining(["dss-trigger", "dss-wait", "check", "deliver", "collect", "import-run"]),
    );
  });
});

describe("the whole way by hand", () => {
  it("simulate, push, import; then both say that nothing is left to do", async () => {
    expect(await bench.resync(["simulate", "dss", "dss", "--entries", "200"])).toMatchObject({ exitCode: 0 });
    expect(await bench.resync(["simulate", "postoffice", "po"])).toMatchObject({ exitCode: 0 });
    expect((await bench.resync(["push", ...DSS, "--to", "outbox"])).exitCode).toBe(5);
    await mkdir(bench.path("outbox"));
    const pushed = await bench.resync(["push", ...DSS, "--to", "outbox"]);
    expect(pushed.stdout).toMatch(/^Delivered\.\n/u);
    const imported = await bench.resync(
      ["import", "--from", "outbox", "--postoffice", "po/MAILDATA", ...runner()],
      ADMIN,
    );
    expect(imported.stdout).toMatch(/^Verdict: succeeded with warnings\n/u);
    expect(imported.exitCode).toBe(0);

    const again = ["import", "--from", "outbox", "--postoffice", "po/MAILDATA", "--exit-unchanged", ...runner()];
    expect(await bench.resync(again, ADMIN)).toMatchObject({ exitCode: 10 });
    const history = await bench.resync(["history"]);
    expect(history.stdout).toMatch(/import +unchanged +10/u);
    expect(history.stdout).toMatch(/import +succeeded with warnings +0/u);
    expect(history.stdout).toMatch(/push +delivered +0/u);
    expect(history.stdout).toMatch(/push +failed +5/u);
  });

  it("a dry run prints the literal registry value, commands and paths, and changes nothing", async () => {
    const before = await everything();
    const push = await bench.resync(["push", ...DSS, "--to", "outbox", "--dry-run"]);
    expect(push.exitCode).toBe(0);
    expect(push.stderr).toMatch(/ResyncConnectionRDNs\s+to REG_MULTI_SZ "HARBOUR"[\s\S]*would net stop MSExchangeDX/u);
    expect(push.stderr).toMatch(/would [\s\S]*RESYNC\.GLB and RESYNC\.JSN to/u);
    const pull = ["import", "--from", "outbox", "--postoffice", "po/MAILDATA", "--again", "--dry-run", ...runner()];
    const imported = await bench.resync(pull, ADMIN);
    expect(imported.exitCode).toBe(0);
    expect(imported.stderr).toMatch(/would [\s\S]*import\.mjs admin -p\*\*\* -q -y -dM/u);
    expect(await everything()).toEqual(before);
  });

  it("never shows a password", async () => {
    const secret = { RESYNC_ADMIN_PASSWORD: "S3cret pw" };
    const pull = ["import", "--from", "outbox", "--postoffice", "po/MAILDATA", "--again", "--verbose", ...runner()];
    const { stdout, stderr, exitCode } = await bench.resync(pull, secret);
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).not.toContain("S3cret");
  });
});
