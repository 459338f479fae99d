import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSshdBed, SSHD_PASSWORD, SSHD_USER, type Sshd, type SshdBed } from "../servers/openssh.ts";
import { need } from "../support/need.ts";
import { makeBench, type Bench } from "./program.ts";

const asRoot = process.getuid?.() === 0;

describe.skipIf(!need("sshd", "ssh-keygen"))("over OpenSSH's own server", () => {
  let bench: Bench;
  let bed: SshdBed;
  let sshd: Sshd;
  beforeAll(async () => {
    [bench, bed] = await Promise.all([makeBench(), makeSshdBed()]);
    sshd = await bed.start();
    await bench.resync(["simulate", "dss", "dss", "--entries", "500"]);
    await bench.resync(["simulate", "postoffice", "po"]);
  });
  afterAll(async () => {
    await bed.close();
    await bench.close();
  });

  const place = () => `sftp://${SSHD_USER}@127.0.0.1:${sshd.port}${bed.data}`;
  const push = (more: readonly string[], environment?: Record<string, string>) =>
    bench.resync(
      [
        "push",
        "--dss",
        "simulated:dss",
        "--requestor",
        "HARBOUR",
        "--poll",
        "50ms",
        "--settle",
        "50ms",
        "--to",
        place(),
        ...more,
      ],
      environment,
    );
  const known = () => ["--known-hosts", sshd.knownHosts];

  it.skipIf(!asRoot)("delivers and imports with a password", async () => {
    const secrets = { RESYNC_SSH_PASSWORD: SSHD_PASSWORD, RESYNC_ADMIN_PASSWORD: "password" };
    expect(await push(known(), secrets)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Delivered\./u) });
    const runner = `node ${bench.path("po", "MAILEXE")}/{program}.mjs`;
    const pull = ["import", "--from", place(), "--postoffice", "po/MAILDATA", "--runner-command", runner, ...known()];
    const imported = await bench.resync(pull, secrets);
    expect(imported.stdout).toMatch(/^Verdict: succeeded/u);
    expect(imported.exitCode).toBe(0);
  });

  it("delivers with a key", async () => {
    const { exitCode, stdout, stderr } = await push([...known(), "--ssh-key", bed.keys.ed25519]);
    expect(stderr).toContain("Deliver and read back");
    expect(stdout).toMatch(/^Delivered\./u);
    expect(exitCode).toBe(0);
  });

  it("refuses an unknown host key with exit 4 and a remedy, before anything is changed", async () => {
    const { exitCode, stderr } = await push(["--known-hosts", "/dev/null", "--ssh-key", bed.keys.ed25519]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/HOST_KEY_UNKNOWN/u);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain(`resync trust 127.0.0.1:${sshd.port}`);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain("Nothing was changed");
    expect(stderr).not.toContain("Restart");
  });

  it("refuses a changed host key with exit 4", async () => {
    const other = bench.path("changed_hosts");
    const rsa = await sshd.knownHostsLine("rsa");
    const [, , key = ""] = (await otherKey(bed)).split(" ");
    await writeFile(other, `[127.0.0.1]:${sshd.port} ssh-ed25519 ${key}\n`);
    expect(rsa).toContain("ssh-rsa");
    const { exitCode, stderr } = await push(["--known-hosts", other, "--ssh-key", bed.keys.ed25519]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/HOST_KEY_CHANGED/u);
  });

  it("trusts a key by its fingerprint, and delivers then without naming a file", async () => {
    const { stderr } = await push(["--known-hosts", "/dev/null", "--ssh-key", bed.keys.ed25519]);
    const fingerprint = /SHA256:[A-Za-z0-9+/]+/u.exec(stderr)?.[0] ?? "";
    const wrong = await bench.resync(["trust", place(), "--fingerprint", "SHA256:wrong"]);
    expect(wrong.exitCode).toBe(4);
    const trusted = await bench.resync(["trust", place(), "--fingerprint", fingerprint]);
    expect(trusted).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Trusted: ") });
    expect((await push(["--ssh-key", bed.keys.ed25519, "--keep"])).exitCode).toBe(0);
    expect((await bench.resync(["trust", place()])).exitCode).toBe(2);
  });

  it("says which logins were tried when none opens", async () => {
    const { exitCode, stderr } = await push([...known(), "--ssh-key", bed.keys.stranger]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/AUTH_FAILED/u);
    expect(stderr).toMatch(/publickey|key/u);
  });
});

/** A public key that is certainly not the server's. */
async function otherKey(bed: SshdBed): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return `x ${await readFile(`${bed.keys.stranger}.pub`, "utf8")}`;
}
