import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { killDxa } from "../../src/simulator/dss/service.ts";
import { turnKnobs } from "../../src/simulator/dss/knobs.ts";
import { startSamba, type SambaServer } from "../servers/samba.ts";
import { need } from "../support/need.ts";
import { makeBench, ndjson, type Bench } from "./program.ts";
import { treeOf } from "./tree.ts";

// Many runs of the program, each a few seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

interface Row {
  readonly requestor: string;
  readonly outcome: string;
  readonly error?: { readonly code: string };
}

describe.skipIf(!need("smbd", "smbclient"))(
  "a fleet over SMB, two of whose lists go straight into postoffices for their own cycles",
  () => {
    let bench: Bench;
    let server: SambaServer;
    let old: SambaServer;
    /** The postoffice behind the share, and one on this machine. */
    let shared: string;
    let here: string;
    beforeAll(async () => {
      [bench, server, old] = await Promise.all([makeBench(), startSamba(), startSamba("NT1 only")]);
      const names = ["NORTH/PO1", "EAST", "HARBOUR", "SOUTH"].flatMap((name) => ["--requestor", name]);
      await bench.resync(["simulate", "dss", "dss", "--entries", "200", ...names]);
      await turnKnobs(bench.path("dss"), { stopPendingMs: 5, startPendingMs: 5, stepMs: 1 });
      for (const name of ["harbour", "south"]) await bench.resync(["simulate", "postoffice", name]);
      // Behind the share it is MAILDATA alone, as on a file server.
      shared = join(server.folder("share"), "maildata");
      here = bench.path("south", "MAILDATA");
      renameSync(bench.path("harbour", "MAILDATA"), shared);
      execFileSync("chmod", ["-R", "a+rwX", shared]);
      for (const { folder } of [server, old]) {
        mkdirSync(join(folder("share"), "in"));
        chmodSync(join(folder("share"), "in"), 0o777);
      }
      const address = (kind: string, { user, port }: SambaServer, path: string) =>
        `${kind}://${user}@127.0.0.1:${port}/share/${path}`;
      const requestors = {
        "NORTH/PO1": { to: address("smb", server, "in") },
        EAST: { to: address("smb1", old, "in") },
        HARBOUR: { to: address("smb", server, "maildata"), dropInGlb: true },
        SOUTH: { to: here, dropInGlb: true },
      };
      const push = { dss: "simulated:dss", poll: "20ms", settle: "20ms" };
      await writeFile(bench.path("resync.config.yaml"), stringify({ push, requestors }));
    });
    afterAll(async () => {
      await killDxa(bench.path("dss"));
      await Promise.all([server.stop(), old.stop()]);
      await bench.close();
    });

    const push = async (secrets: Record<string, string>) => {
      const { exitCode, stdout, stderr } = await bench.resync(["push", "--all", "--json"], secrets);
      const { data } = ndjson(stdout).at(-1) as { data: { rows: Row[] } };
      const rows = data.rows.map(({ requestor, outcome, error }) => [requestor, outcome, error?.code].join(" ").trim());
      return { exitCode, stderr, rows };
    };
    const inShare = (of: SambaServer) => join(of.folder("share"), "in");
    const secrets = () => ({ RESYNC_SMB_PASSWORD: server.password });

    it("delivers what it can where one requestor's own password is wrong, and leaves that place alone", async () => {
      const trees = { shared: await treeOf(shared), here: await treeOf(here) };
      const { exitCode, rows } = await push({ ...secrets(), RESYNC_NORTH_PO1_SMB_PASSWORD: "wrong" });
      expect(rows).toEqual(["NORTH/PO1 failed AUTH_FAILED", "EAST delivered", "HARBOUR delivered", "SOUTH delivered"]);
      expect(exitCode).toBe(13);
      expect(await readdir(inShare(server))).toEqual([]);
      expect((await readdir(inShare(old))).toSorted()).toEqual(["RESYNC.GLB", "RESYNC.JSN"]);
      // In a postoffice nothing is new but the bare list.
      expect(await treeOf(shared)).toEqual({ ...trees.shared, "GLB/RESYNC.GLB": expect.any(String) });
      expect(await treeOf(here)).toEqual({ ...trees.here, "GLB/RESYNC.GLB": expect.any(String) });
    });

    it("finishes with the one that is missing, and looks at no postoffice again", async () => {
      const trees = { shared: await treeOf(shared), here: await treeOf(here) };
      const { exitCode, rows, stderr } = await push(secrets());
      expect(rows, stderr).toEqual([
        "NORTH/PO1 delivered",
        "EAST unchanged",
        "HARBOUR delivered before",
        "SOUTH delivered before",
      ]);
      expect(exitCode).toBe(0);
      expect((await readdir(inShare(server))).toSorted()).toEqual(["RESYNC.GLB", "RESYNC.JSN"]);
      expect({ shared: await treeOf(shared), here: await treeOf(here) }).toEqual(trees);
    });

    it("puts no list over one that waits in a postoffice, and does when the site's own IMPORT has taken it", async () => {
      const list = await readFile(join(shared, "GLB", "RESYNC.GLB"));
      const waiting = await push(secrets());
      expect(waiting.rows, waiting.stderr).toEqual([
        "NORTH/PO1 delivered",
        "EAST delivered",
        "HARBOUR failed POSTOFFICE_NOT_READY",
        "SOUTH failed POSTOFFICE_NOT_READY",
      ]);
      expect(waiting.exitCode).toBe(13);
      expect((await readFile(join(shared, "GLB", "RESYNC.GLB"))).equals(list)).toBe(true);

      await execa("node", [bench.path("south", "MAILEXE", "import.mjs"), "ADMIN", "-ppassword", "-q", "-y"], {
        cwd: here,
      });
      expect(await readdir(join(here, "GLB"))).not.toContain("RESYNC.GLB");
      const after = await push(secrets());
      expect(after.rows, after.stderr).toEqual([
        "NORTH/PO1 unchanged",
        "EAST unchanged",
        "HARBOUR failed POSTOFFICE_NOT_READY",
        "SOUTH delivered",
      ]);
    });
  },
);
