import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { DXA_KEY, DXA_SERVICE, type DssHost, type RegistryValue } from "../../src/push/generate/dss-host.ts";
import { openSimulatedDss } from "../../src/push/generate/hosts/simulated.ts";
import { killDxa } from "../../src/simulator/dss/service.ts";
import { turnKnobs } from "../../src/simulator/dss/knobs.ts";
import { makeSshdBed, SSHD_USER, type Sshd, type SshdBed } from "../servers/openssh.ts";
import { freePort } from "../servers/ports.ts";
import { need } from "../support/need.ts";
import { journals, makeBench, ndjson, type Bench } from "./program.ts";

const PUSH = { dss: "simulated:dss", poll: "20ms", settle: "20ms" };
// Many runs of the program, each a few seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let bench: Bench;
let host: DssHost;
let asFound: Map<string, RegistryValue>;
beforeAll(async () => {
  bench = await makeBench();
  const named = ["HARBOUR", "NORTH/PO1", "Büro Süd", "EAST"].flatMap((name) => ["--requestor", name]);
  await bench.resync(["simulate", "dss", "dss", "--entries", "200", ...named]);
  await turnKnobs(bench.path("dss"), { stopPendingMs: 5, startPendingMs: 5, stepMs: 1 });
  for (const name of ["harbour", "south", "east"]) await mkdir(bench.path(name));
  host = await openSimulatedDss(bench.path("dss"));
  asFound = await host.listValues(DXA_KEY);
});
afterAll(async () => {
  await host.close();
  await killDxa(bench.path("dss"));
  await bench.close();
});

const config = async (requestors: object, more: object = {}) =>
  writeFile(bench.path("resync.config.yaml"), stringify({ push: PUSH, requestors, ...more }));
/** `HARBOUR delivered`, one for each row of a run with `--json`. */
const rowsOf = (stdout: string): string[] => {
  const result = ndjson(stdout).at(-1) as { data: { rows: { requestor: string; outcome: string }[] } };
  return result.data.rows.map(({ requestor, outcome }) => `${requestor} ${outcome}`);
};
const expectAsFound = async () => {
  expect(await host.listValues(DXA_KEY)).toEqual(asFound);
  expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
};

describe.skipIf(!need("sshd", "ssh-keygen"))(
  "a fleet with a folder, an OpenSSH server, a dead line and a group",
  () => {
    let bed: SshdBed;
    let sshd: Sshd;
    let dead: number;
    beforeAll(async () => {
      bed = await makeSshdBed();
      sshd = await bed.start();
      dead = await freePort();
    });
    afterAll(() => bed.close());

    const fleet = (east: string) => ({
      harbour: { rdn: "HARBOUR", to: "harbour", signKey: "our.key" },
      "NORTH/PO1": {
        alike: "plants",
        to: `sftp://${SSHD_USER}@127.0.0.1:${sshd.port}${bed.data}`,
        sshKey: bed.keys.ed25519,
        knownHosts: sshd.knownHosts,
      },
      EAST: { alike: "plants", to: east },
      south: { rdn: "Büro Süd", to: ["south"] },
    });

    it("tells before the first list what cannot be reached, delivers the rest, and exits 13", async () => {
      await bench.resync(["keygen", "our.key"]);
      await config(fleet(`sftp://nobody@127.0.0.1:${dead}/in`));
      const doctor = await bench.resync(["doctor", "--all"]);
      expect(doctor).toMatchObject({
        exitCode: 3,
        stdout: expect.stringMatching(/✔ harbour: Place [\s\S]*✖ EAST: Place sftp:/u),
      });
      const { exitCode, stdout, stderr } = await bench.resync(["push", "--all"]);
      expect(stderr).toContain("NORTH/PO1, EAST: Wait for the DSS to write Resync.glb");
      expect(stdout).toMatch(/^Partly delivered: 3 of 4 requestors have their lists\.\n/u);
      expect(stdout).toMatch(/\nEAST +failed +sftp:\S+\s+\(CONNECT_REFUSED\)\n/u);
      expect(stdout).toMatch(/\nsouth +delivered +200 +\S*south\n/u);
      for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
      expect(exitCode).toBe(13);
      await expectAsFound();
    });

    it("finishes with what is missing, without another list, when the line is back", async () => {
      const before = await readFile(bench.path("harbour", "RESYNC.JSN"));
      await config(fleet("east"));
      const { exitCode, stdout } = await bench.resync(["push", "--all", "--json"]);
      expect(rowsOf(stdout)).toEqual(["harbour unchanged", "NORTH/PO1 unchanged", "EAST delivered", "south unchanged"]);
      expect(exitCode).toBe(0);
      const steps = ndjson(stdout).filter(({ type }) => type === "step-done");
      expect(steps.map(({ id }) => id)).not.toContain("dss-trigger");
      expect(steps.find(({ id, requestor }) => id === "deliver" && requestor === "EAST")).toBeDefined();
      expect(await readFile(bench.path("harbour", "RESYNC.JSN"))).toEqual(before);
    });

    it("is imported by the name of the requestor; another's list is refused", async () => {
      await bench.resync(["simulate", "postoffice", "po"]);
      const own = { from: "harbour", postoffice: "po/MAILDATA", trustedKey: "our.key.pub" };
      const runnerCommand = `node ${bench.path("po", "MAILEXE")}/{program}.mjs`;
      const { harbour, south } = fleet("east");
      await config({ harbour: { ...harbour, ...own }, south: { ...south, ...own } }, { import: { runnerCommand } });
      const admin = { RESYNC_HARBOUR_ADMIN_PASSWORD: "password", RESYNC_ADMIN_PASSWORD: "not this one" };
      const wrong = await bench.resync(["import", "--requestor", "south"], admin);
      expect(wrong).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("DELIVERY_FOR_ANOTHER") });
      const taken = await bench.resync(["import", "--requestor", "harbour"], admin);
      expect(taken).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Verdict: succeeded/u) });
    });
  },
);

describe("a fleet whose push is killed in the middle of its second list", () => {
  it.each([
    ["the next push", ["push", "--all"]],
    ["resync recover", ["recover"]],
  ])("is put in order by %s, and finished", async (_who, mending) => {
    await config({ HARBOUR: { to: "harbour" }, south: { rdn: "Büro Süd", to: "south" } });
    await endInSecondList("SIGKILL");
    const mended = await bench.resync(mending);
    expect(mended).toMatchObject({ exitCode: 0 });
    expect(mended.stderr).toContain("Undo a push that was cut off");
    await expectAsFound();
    const after = await bench.resync(["push", "--all", "--json"]);
    expect(after).toMatchObject({ exitCode: 0 });
    const first = mending[0] === "recover" ? "unchanged" : "delivered";
    expect(rowsOf(after.stdout)).toEqual([`HARBOUR ${first}`, "south delivered"]);
    await expectAsFound();
  });

  it("ends by itself on Ctrl-C, with the table and exit 130", async () => {
    await config({ HARBOUR: { to: "harbour" }, south: { rdn: "Büro Süd", to: "south" }, EAST: { to: "east" } });
    const { exitCode, stdout } = await endInSecondList("SIGINT");
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^Interrupted: 1 of 3 requestors has its list\. What is delivered stays\.\n/u);
    expect(stdout).toMatch(/south +interrupted[\s\S]*EAST +not begun/u);
    await expectAsFound();
  });
});

it("the demo keeps away from what the config file names, even of the same name", async () => {
  await mkdir(bench.path("real"));
  await config({ HARBOUR: { to: "real" } });
  expect(await bench.resync(["demo", "--entries", "50"])).toMatchObject({ exitCode: 0 });
  expect(await readdir(bench.path("real"))).toEqual([]);
});

/** Starts a push, and sends it a signal when its first list is delivered and its second one is being made. */
async function endInSecondList(signal: NodeJS.Signals): Promise<{ exitCode?: number; stdout: string }> {
  const earlier = (await journals(bench.stateDir)).length;
  // Slow enough for the first list to be delivered meanwhile.
  await turnKnobs(bench.path("dss"), { stopPendingMs: 2500 });
  const child = bench.start(["push", "--all", "--anew"]);
  const has = async (rdn: string, step: string) =>
    (await journals(bench.stateDir))
      .slice(earlier)
      .some(([begin = "", ...lines]) => begin.includes(`["${rdn}"]`) && lines.some((line) => line.includes(step)));
  while (!((await has("HARBOUR", "fleet.delivered")) && (await has("Büro Süd", "generate.change")))) await pause(5);
  child.kill(signal);
  const ended = await child;
  await turnKnobs(bench.path("dss"), { stopPendingMs: 5 });
  return ended;
}
