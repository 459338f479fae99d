import { readdirSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DXA_KEY } from "../../src/push/generate/dss-host.ts";
import { makeSshdBed, SSHD_USER, type SshdBed } from "../servers/openssh.ts";
import { startWine, WINE_PROGRAMS, type WineHost } from "../servers/wine.ts";
import { installWindowsNode, windowsNode, type WindowsResync, type WindowsRun } from "../servers/windows-node.ts";
import { need } from "../support/need.ts";
import { makeBench } from "./program.ts";

const node = need(...WINE_PROGRAMS) ? await windowsNode() : undefined;
const QUICK = ["--poll", "50ms", "--settle", "50ms"];
const SECRETS = { RESYNC_ADMIN_PASSWORD: "password" };

describe.skipIf(node === undefined)("the program on Windows, as Wine makes it", { timeout: 240_000 }, () => {
  let wine: WineHost;
  let windows: WindowsResync;
  beforeAll(async () => {
    wine = await startWine();
    windows = await installWindowsNode(wine, node ?? "");
    await mkdir(here("out"));
  }, 120_000);
  afterAll(() => wine.stop());

  const here = (...parts: string[]): string => join(wine.drive, ...parts);
  const push = (to: string, ...more: string[]): Promise<WindowsRun> =>
    windows.resync(["push", "--dss", "windows:", "--requestor", "Büro Süd", ...QUICK, "--to", to, ...more]);
  const delivered = async (folder: string): Promise<void> => {
    expect((await readdir(folder)).toSorted()).toEqual(["RESYNC.GLB", "RESYNC.JSN"]);
    expect((await readFile(join(folder, "RESYNC.GLB"))).equals(wine.list)).toBe(true);
  };

  it("shows its help", async () => {
    const { exitCode, stdout } = await windows.resync(["--help"]);
    expect(stdout).toContain("resync push");
    expect(exitCode).toBe(0);
  });

  it("goes the whole way on simulated systems, over SFTP", async () => {
    const { exitCode, stdout } = await windows.resync(["demo"]);
    expect(stdout).toMatch(/^Verdict: succeeded/mu);
    expect(exitCode).toBe(0);
  });

  describe("push", () => {
    beforeEach(async () => {
      await wine.reset();
      await rm(here("out"), { recursive: true });
      await mkdir(here("out"));
    });

    it("is looked over by doctor, and told by --dry-run, without a change", async () => {
      const before = await wine.open().listValues(DXA_KEY);
      const doctor = await windows.resync(["doctor", "--dss", "windows:", "--to", "C:\\out"]);
      expect(doctor.stdout).toContain("C:\\exchsrvr\\dxadata (Setup\\Services)");
      expect(doctor.exitCode).toBe(0);
      const handoff = await windows.resync(["doctor", "--dss", "handoff:C:\\out"]);
      expect(handoff.stdout).toContain("Handoff in C:\\out: ready for a new one");
      const dry = await push("C:\\out", "--dry-run");
      expect(dry.stderr.replaceAll(/\s+/gu, " ")).toContain('\\ResyncConnectionRDNs to REG_MULTI_SZ "Büro Süd"');
      expect(dry.exitCode).toBe(0);
      expect(await wine.open().listValues(DXA_KEY)).toEqual(before);
      expect(readdirSync(here("out"))).toEqual([]);
    });

    it("has the DSS write its list, delivers it into a folder, and leaves the registry as it was", async () => {
      const before = await wine.open().listValues(DXA_KEY);
      const { exitCode, stdout, stderr } = await push("C:\\out");
      expect(stdout).toMatch(/^Delivered\./u);
      expect(stderr).toContain("Dxa.exe 5.5.2653.23");
      expect(exitCode).toBe(0);
      expect(await wine.asked()).toEqual(["Büro Süd"]);
      await delivered(here("out"));
      expect(await wine.open().listValues(DXA_KEY)).toEqual(before);
      expect(await readdir(wine.dxadata)).toEqual([expect.stringMatching(/^RS\d{6}\.\d\dA$/u)]);
    });

    it("delivers to a UNC path, and to a folder named from where it was started", async () => {
      const share = join(wine.prefix, "dosdevices/unc/filer/lists");
      await mkdir(join(share, "März 1"), { recursive: true });
      expect(await push("\\\\filer\\lists\\März 1", "--to", "out")).toMatchObject({ exitCode: 0 });
      await delivered(join(share, "März 1"));
      await delivered(here("out"));
    });

    it("waits while the DSS keeps its file to itself", async () => {
      await wine.knob("StepMs", 700);
      const { exitCode } = await push("C:\\out");
      expect(exitCode).toBe(0);
      await delivered(here("out"));
    });

    it("puts everything back at Ctrl-C", async () => {
      const before = await wine.open().listValues(DXA_KEY);
      await wine.knob("WriteMs", 600_000);
      const run = await windows.start(["push", "--dss", "windows:", "--requestor", "P", ...QUICK, "--to", "C:\\out"]);
      await expect.poll(() => run.said(), { timeout: 60_000 }).toContain("Restart the Directory");
      run.process.kill("SIGINT");
      const { exitCode, stderr } = await run.ended();
      expect(stderr).toContain("Interrupted with Ctrl-C.");
      expect(exitCode).toBe(130);
      expect(await wine.open().listValues(DXA_KEY)).toEqual(before);
    });

    it("is undone by recover when it was killed", async () => {
      const before = await wine.open().listValues(DXA_KEY);
      await wine.knob("WriteMs", 600_000);
      const run = await windows.start(["push", "--dss", "windows:", "--requestor", "P", ...QUICK, "--to", "C:\\out"]);
      await expect.poll(() => run.said(), { timeout: 60_000 }).toContain("Restart the Directory");
      run.process.kill("SIGKILL");
      await run.ended();
      expect(await wine.open().listValues(DXA_KEY)).not.toEqual(before);
      const { exitCode, stderr } = await windows.resync(["recover"]);
      expect(stderr).toContain("ResyncConnectionRDNs was removed");
      expect(exitCode).toBe(0);
      expect(await wine.open().listValues(DXA_KEY)).toEqual(before);
    });
  });

  describe.skipIf(!need("sshd", "ssh-keygen"))("over SFTP", () => {
    let bed: SshdBed;
    beforeAll(async () => {
      bed = await makeSshdBed();
      await wine.reset();
    });
    afterAll(() => bed.close());

    it("delivers with a key to an OpenSSH server on Linux", async () => {
      const sshd = await bed.start();
      await copyFile(bed.keys.ed25519, here("key"));
      await copyFile(sshd.knownHosts, here("known_hosts"));
      const place = `sftp://${SSHD_USER}@127.0.0.1:${sshd.port}${bed.data}`;
      const { exitCode, stdout } = await push(place, "--ssh-key", "C:\\key", "--known-hosts", "C:\\known_hosts");
      expect(stdout).toMatch(/^Delivered\./u);
      expect(exitCode).toBe(0);
      await delivered(bed.data);
    });
  });

  it("imports with IMPORT and REBUILD on a drive letter, and proves that the list arrived", async () => {
    await windows.resync(["simulate", "postoffice", "C:\\po"]);
    await mkdir(here("for po"));
    await deliverTo(here("for po"));
    // Programs of Windows in the place of the DOS programs, which 64-bit Windows does not run.
    for (const name of ["IMPORT.EXE", "REBUILD.EXE"]) await wine.build("relay", `po/MAILEXE/${name}`);
    await symlink(here("po/MAILDATA"), join(wine.prefix, "dosdevices/m:"));
    const programs = ["--postoffice", "M:\\", "--programs", "C:\\po\\MAILEXE"];
    const imported = await windows.resync(["import", "--from", "C:\\for po", ...programs, "--rebuild"], SECRETS);
    expect(imported.stdout).toMatch(/^Verdict: succeeded/u);
    expect(imported.stdout).toContain("REBUILD: succeeded");
    expect(imported.exitCode).toBe(0);
    expect(await readdir(here("po/MAILDATA/GLB"))).not.toContain("RESYNC.GLB");
  });
});

/** Delivers a list of a simulated DSS, from Linux, where that is quick. */
async function deliverTo(folder: string): Promise<void> {
  const bench = await makeBench();
  try {
    await bench.resync(["simulate", "dss", "dss", "--entries", "500"]);
    const push = ["push", "--dss", "simulated:dss", "--requestor", "HARBOUR", "--to", folder];
    expect(await bench.resync(push)).toMatchObject({ exitCode: 0 });
  } finally {
    await bench.close();
  }
}
