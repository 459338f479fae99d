import { mkdir, readdir, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { startSftpServer } from "../../../src/simulator/sftp-server/server.ts";
import { makeBench } from "../../e2e/program.ts";
import { assembleDosPrograms } from "../../servers/dos-program.ts";
import { need } from "../../support/need.ts";

describe.skipIf(!need("dosbox", "nasm"))("the whole trip", () => {
  it("goes from the DSS over SFTP into a postoffice whose IMPORT runs in DOSBox, and is proved", async () => {
    const bench = await makeBench();
    onTestFinished(() => bench.close());
    const addresses = Array.from({ length: 500 }, (_, n) => `A Person ${n}\tPCM:PLANT/OFFICE/P${n}\r\n`);
    await writeFile(bench.path("directory.txt"), addresses.join(""));
    await bench.resync(["simulate", "dss", "dss", "--directory", "directory.txt", "--requestor", "HARBOUR"]);
    await bench.resync(["simulate", "postoffice", "po", "--dss", "PLANT/OFFICE"]);
    await assembleDosPrograms(bench.path("dos"));
    await mkdir(bench.path("inbox"));
    const users = { resync: { password: "ssh-password" } };
    const server = await startSftpServer({ root: bench.path("inbox"), users });
    onTestFinished(() => server.close());
    await writeFile(bench.path("known_hosts"), `${server.knownHostsLine}\n`);
    const place = `sftp://resync@127.0.0.1:${server.port}/`;
    const ssh = ["--known-hosts", "known_hosts"];
    const secrets = { RESYNC_SSH_PASSWORD: "ssh-password", RESYNC_ADMIN_PASSWORD: "password" };

    const dss = ["--dss", "simulated:dss", "--requestor", "HARBOUR", "--poll", "50ms", "--settle", "50ms"];
    const pushed = await bench.resync(["push", ...dss, "--to", place, ...ssh], secrets);
    expect(pushed).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Delivered\.\n[^]*500 addresses/u) as string,
    });

    const postoffice = ["--postoffice", "po/MAILDATA", "--runner", "dosbox", "--programs", "dos", "--rebuild"];
    const imported = await bench.resync(["import", "--from", place, ...postoffice, ...ssh], secrets);
    expect(imported.stdout).toContain("Verdict: succeeded\n");
    expect(imported.stdout).toContain("REBUILD: succeeded\n");
    expect(imported.exitCode).toBe(0);
    expect(await readdir(bench.path("po/MAILDATA/GLB"))).not.toContain("RESYNC.GLB");
  });
});
