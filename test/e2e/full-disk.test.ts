import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execa } from "execa";
import { fileURLToPath } from "node:url";
import { needRoot } from "../support/need.ts";
import { makeBench, type Bench } from "./program.ts";

// An import whose disks are full or cannot be written, as a user meets it. The disk is a tmpfs in a mount namespace of its own.
const PROGRAM = fileURLToPath(new URL("../../bin/resync.js", import.meta.url));

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  for (const args of [
    ["simulate", "dss", "dss"],
    ["simulate", "postoffice", "po"],
    ["push", "--dss", "simulated:dss", "--requestor", "HARBOUR", "--to", "."],
  ])
    expect(await bench.resync(args)).toMatchObject({ exitCode: 0 });
});
afterAll(() => bench.close());

const IMPORT = `"$NODE" "$RESYNC" import --from . --postoffice disk/MAILDATA --runner-command "$RUNNER"`;

/** Runs `steps` in a shell where `disk` is a small disk with the postoffice on it. What it prints of the postoffice is what changed. */
async function onDisk(steps: string, runner = `${process.execPath} ${bench.path("po/MAILEXE")}/{program}.mjs`) {
  const script = `
    mkdir -p disk && mount -t tmpfs -o size=8m none disk && cp -a po/MAILDATA disk/ || exit 99
    ${steps}
    code=$?
    diff -rq po/MAILDATA disk/MAILDATA
    exit $code`;
  const { stdout, stderr, exitCode } = await execa(
    "unshare",
    ["--mount", "--propagation=private", "sh", "-c", script],
    {
      reject: false,
      extendEnv: false,
      cwd: bench.folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: bench.folder,
        NODE: process.execPath,
        RESYNC: PROGRAM,
        RUNNER: runner,
        RESYNC_STATE_DIR: bench.stateDir,
        RESYNC_ADMIN_PASSWORD: "password",
      },
    },
  );
  return { stdout, stderr, exitCode };
}

describe.skipIf(!needRoot())("an import", () => {
  it("into a full disk says which file did not fit, and leaves no lock", async () => {
    const { exitCode, stdout, stderr } = await onDisk(`${fill("disk")}; ${IMPORT}`);
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 3,
      stdout: expect.not.stringContaining("Only in") as string,
    });
    expect(stderr).toMatch(/RESYNC\.LCK does not\s+fit: the disk is full/u);
    expect(stderr).toContain("The postoffice was not changed.");
    expect(stderr).toContain("DISK_FULL, exit 3");
  });

  it("into a disk that is write-protected says so", async () => {
    const { exitCode, stdout, stderr } = await onDisk(`mount -o remount,ro disk; ${IMPORT}`);
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 3,
      stdout: expect.not.stringContaining("Only in") as string,
    });
    expect(stderr).toContain("READ_ONLY, exit 3");
  });

  it("whose state folder is full once IMPORT has run puts the postoffice back", async () => {
    const state = "mkdir -p state && mount -t tmpfs -o size=8m none state";
    const { exitCode, stdout, stderr } = await onDisk(`${state}; ${IMPORT}`, filling("state"));
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 8, stdout: "" });
    expect(stderr).toContain("The postoffice is as it was before the import");
    expect(stderr).toContain("DISK_FULL, exit 8");
  });

  it("whose postoffice's disk is full once IMPORT has run keeps the lock, and is undone as soon as there is room", async () => {
    // IMPORT fails and leaves SORTLOCK.GLB, and a large list is cut short: putting it back needs room.
    const list = "disk/MAILDATA/NME/GAL.NME";
    const before = `dd if=/dev/zero of=${list} bs=45 count=40000 2> /dev/null; rm -r po/MAILDATA; cp -a disk/MAILDATA po/`;
    const after = `echo "exit $?"; ls disk/MAILDATA/*.LCK; rm disk/fill; "$NODE" "$RESYNC" recover`;
    const runner = filling("disk", `: > ${bench.path(list)}; : > ${bench.path("disk/MAILDATA/GLB/SORTLOCK.GLB")}`);
    const { exitCode, stdout, stderr } = await onDisk(`${before}; ${IMPORT}; ${after}`, runner);
    expect(stdout, stderr).toMatch(/^exit 9\ndisk\/MAILDATA\/RESYNC\.LCK\n/u);
    expect(stderr).toContain("ROLLBACK_FAILED, exit 9");
    expect({ exitCode, changed: stdout.match(/^(Only in|Files).*/gmu) }, stderr).toEqual({
      exitCode: 0,
      changed: null,
    });
  });
});

/** A runner that fills a disk behind the program. `harm` is done before. */
function filling(disk: string, harm = ""): string {
  const script = bench.path(`fill-${disk}.sh`);
  const program = `${process.execPath} ${bench.path("po/MAILEXE")}/$program.mjs "$@"`;
  writeFileSync(script, `program=$1; shift\n${program}\n${harm}\n${fill(bench.path(disk))}\n`);
  return `sh ${script} {program}`;
}

function fill(disk: string): string {
  return `dd if=/dev/zero of=${disk}/fill bs=1k 2> /dev/null || true`;
}
