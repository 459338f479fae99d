import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startSftpServer, type SftpServer } from "../../src/simulator/sftp-server/server.ts";
import { generateBed, type GenerateBed } from "../push/generate/hosts/samba/generate-bed.ts";
import { masterList } from "../support/master-list.ts";
import { need } from "../support/need.ts";
import { journals, makeBench, ndjson, type Bench } from "./program.ts";

const SFTP_PASSWORD = "sftp password";
const THREE = ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"];
const MANY = Array.from({ length: 200 }, (_, index) => `NETWORK/Büro ${index + 1}`);
/** The short form is one push over SMB 1; `RESYNC_LONG=1` is ten on each kind of host, and more kills. */
const long = process.env["RESYNC_LONG"] !== undefined;
const MORE = Array.from({ length: 7 }, (_, index) => [...THREE, `NORTH/PO${index}`]);
const PUSHES = long ? [THREE, ["NETWORK/PO1"], MANY, ...MORE] : [THREE];
const HOSTS = [
  { name: "NT 4, SMB 1", smb1: true, ordinary: false },
  { name: "SMB 3", smb1: false, ordinary: false },
  { name: "SMB 3, smbd of an ordinary user", smb1: false, ordinary: true },
].slice(0, long ? 3 : 1);
const ours = HOSTS.filter(({ ordinary }) => !ordinary || process.getuid?.() === 0);
const LONG_TIME = { timeout: 600_000 };
const available = need("smbd", "net", "smbclient", "rpcclient");

describe.skipIf(!available).each(ours)("resync push over SFTP from an NT host: $name", LONG_TIME, (kind) => {
  let bench: Bench;
  let bed: GenerateBed;
  let sftp: SftpServer;
  beforeAll(async () => {
    [bench, bed] = await Promise.all([makeBench(), generateBed(kind)]);
    await mkdir(bench.path("in"));
    sftp = await startSftpServer({ root: bench.path("in"), users: { carrier: { password: SFTP_PASSWORD } } });
    await writeFile(bench.path("known_hosts"), `${sftp.knownHostsLine}\n`);
    await writeFile(bench.path("dss-password"), bed.nt.password, { mode: 0o600 });
    await writeFile(bench.path("sftp-password"), SFTP_PASSWORD, { mode: 0o600 });
  });
  afterAll(async () => {
    await sftp.close();
    await bed.close();
    await bench.close();
  });
  beforeEach(() => bed.reset());

  const secrets = () => [bed.nt.password, SFTP_PASSWORD];
  const secretFiles = () => ({
    RESYNC_DSS_PASSWORD_FILE: bench.path("dss-password"),
    RESYNC_SSH_PASSWORD_FILE: bench.path("sftp-password"),
  });
  const args = (requestors: readonly string[]): string[] => [
    "push",
    "--json",
    "--alike",
    ...(kind.smb1 ? ["--smb1"] : []),
    "--dss",
    `samba://${bed.nt.user}@${bed.nt.address}:${bed.nt.port}`,
    ...requestors.flatMap((name) => ["--requestor", name]),
    `--to=sftp://carrier@127.0.0.1:${sftp.port}/`,
    `--known-hosts=${bench.path("known_hosts")}`,
    "--poll=50ms",
    "--settle=50ms",
  ];

  it.each(PUSHES.map((names, index) => ({ names, number: index + 1, count: names.length })))(
    "delivers, push $number for $count requestors, and leaves the host as found",
    async ({ names }) => {
      const before = await bed.picture();
      const processes = watchProcesses();
      const { exitCode, stdout, stderr } = await bench.resync(args(names), secretFiles());
      const seen = processes.stop();
      expect(exitCode, stderr).toBe(0);
      expect(ndjson(stdout).at(-1)).toMatchObject({
        type: "result",
        outcome: "delivered",
        data: { manifest: { requestors: names } },
      });
      expect((await readFile(bench.path("in", "RESYNC.GLB"))).equals(Buffer.from(await masterList(names)))).toBe(true);
      const after = await bed.picture();
      expect(after.registry).toBe(before.registry);
      expect(after.state).toBe(before.state);
      expect(Object.keys(after.files)).toEqual([expect.stringMatching(/^RS\d{6}\.\d\dA$/u)]);
      const journal = (await journals(bench.stateDir)).at(-1) ?? [];
      expect(JSON.parse(journal.at(-1) ?? "{}")).toMatchObject({ type: "end", outcome: "delivered", exitCode: 0 });
      const told = stdout + stderr + (await journals(bench.stateDir)).flat().join("\n");
      expect(told).toContain(bed.nt.address);
      expect(seen).toContain(bed.nt.address);
      for (const secret of secrets()) {
        expect(told).not.toContain(secret);
        expect(seen).not.toContain(secret);
      }
    },
  );

  it("is mended by resync recover, or by the next push, when it was killed", async () => {
    const before = await bed.picture();
    const lines = (await journals(bench.stateDir)).at(-1)?.length ?? 0;
    // At every step of a generation: test/push/generate/hosts/samba/killed.test.ts.
    const behind = Array.from({ length: long ? 8 : 2 }, (_, index) => 2 + Math.round((index * lines) / (long ? 8 : 2)));
    for (const [index, line] of behind.entries()) {
      await killBehind(line);
      await bed.nt.idle();
      const how = index % 2 === 0 ? ["recover", "--json", ...(kind.smb1 ? ["--smb1"] : [])] : args(THREE);
      const mended = await bench.resync(how, secretFiles());
      expect(mended.exitCode, mended.stderr).toBe(0);
      const after = await bed.picture();
      expect(after.registry, `killed behind line ${line}, ${how[0]}`).toBe(before.registry);
      expect(after.state).toBe(before.state);
    }
  });

  /** Starts a push and kills it by SIGKILL as soon as its journal has so many lines, or lets it end before. */
  const killBehind = async (line: number): Promise<void> => {
    const known = await readdir(bench.path("state", "runs"));
    const push = bench.start(args(THREE), secretFiles());
    const end = new AbortController();
    const ended = push.finally(() => end.abort());
    while (!end.signal.aborted) {
      const [run] = (await readdir(bench.path("state", "runs"))).filter((name) => !known.includes(name));
      const text = run && (await readFile(bench.path("state", "runs", run, "journal.jsonl"), "utf8").catch(() => ""));
      if ((text ?? "").split("\n").length > line) push.kill("SIGKILL");
      await delay(5);
    }
    await ended;
  };
});

/** Collects arguments and environments of all processes until it is stopped. */
function watchProcesses(): { stop(): string } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/u.test(name))) {
      for (const file of ["cmdline", "environ"]) {
        try {
          seen.add(readFileSync(`/proc/${pid}/${file}`, "utf8"));
        } catch {
          // It ended meanwhile.
        }
      }
    }
  }, 40);
  return {
    stop() {
      clearInterval(timer);
      return [...seen].join("\n");
    },
  };
}
