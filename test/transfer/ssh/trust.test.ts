import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeHostKey, startSftpServer, type SftpServer } from "../../../src/simulator/sftp-server/server.ts";
import { parseHostSpec } from "../../../src/transfer/ssh/host-spec.ts";
import { trustHost, type ShownHostKey, type TrustOptions } from "../../../src/transfer/ssh/trust.ts";
import { need } from "../../support/need.ts";

describe("parseHostSpec", () => {
  it.each([
    ["files", "files", 22],
    ["files.example:2222", "files.example", 2222],
    ["10.0.0.7", "10.0.0.7", 22],
    ["[2001:db8::1]:2222", "2001:db8::1", 2222],
    ["2001:db8::1", "2001:db8::1", 22],
    ["sftp://anna@files:2222/in", "files", 2222],
    ["sftp://files", "files", 22],
  ])("%s", (text, host, port) => {
    expect(parseHostSpec(text)).toEqual({ host, port });
  });

  it.each(["", "files:x", "smb://files/share", "https://files/"])("refuses %j", (text) => {
    expect(() => parseHostSpec(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("trustHost", () => {
  let folder: string;
  let file: string;
  let server: SftpServer;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "resync-trust-"));
    file = join(folder, "config", "known_hosts");
    server = await startSftpServer({ root: folder, users: {} });
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const spec = (): string => `127.0.0.1:${server.port}`;
  const asked: ShownHostKey[] = [];
  const trust = async (options: Partial<TrustOptions> = {}, answer = true) => {
    asked.length = 0;
    const confirm = async (shown: ShownHostKey): Promise<boolean> => asked.push(shown) > 0 && answer;
    return trustHost(spec(), { confirm, knownHostsFile: file, knownHostsFiles: [], connectMs: 3_000, ...options });
  };
  const lines = async (): Promise<string[]> => (await readFile(file, "utf8")).split("\n");
  /** The line of another key for the same server. */
  const otherLine = async (): Promise<string> => {
    const other = await startSftpServer({ root: folder, users: {}, hostKey: makeHostKey() });
    await other.close();
    return `[127.0.0.1]:${server.port} ${other.knownHostsLine.split(" ").slice(1).join(" ")}`;
  };

  it("asks with the fingerprint, then adds the key; a second time there is nothing to do", async () => {
    expect(await trust()).toMatchObject({ outcome: "added", file, stillTrusted: [] });
    expect(asked).toEqual([
      {
        host: "127.0.0.1",
        port: server.port,
        keyType: "ssh-ed25519",
        fingerprint: server.hostKeyFingerprint,
        known: [],
      },
    ]);
    expect(await lines()).toEqual([server.knownHostsLine, ""]);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await trust()).toMatchObject({ outcome: "known already" });
    expect(asked).toEqual([]);
  });

  it("writes nothing without consent", async () => {
    expect(await trust({}, false)).toMatchObject({ outcome: "declined" });
    await expect(readFile(file)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("keeps every other line, also behind a file without a last line end, and follows a link to the file", async () => {
    const real = join(folder, "real");
    await writeFile(real, "# büro \xff\nodd line");
    const before = await readFile(real);
    file = join(folder, "link");
    await symlink(real, file);
    await trust();
    const after = await readFile(real);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect(after.subarray(before.length).toString()).toBe(`\n${server.knownHostsLine}\n`);
    expect((await readdir(folder)).toSorted()).toEqual(["link", "real"]);
  });

  it("does not take the place of another key unless told to", async () => {
    await trust();
    const old = await otherLine();
    await writeFile(file, `${old}\nother ${old.split(" ").slice(1).join(" ")}\n`);
    await expect(trust()).rejects.toMatchObject({
      code: "HOST_KEY_CHANGED",
      facts: { offered: server.hostKeyFingerprint },
    });
    expect(asked).toEqual([]);
    expect(await trust({ replace: true })).toMatchObject({ outcome: "replaced" });
    expect(asked[0]?.known).toHaveLength(1);
    expect(await lines()).toEqual([`other ${old.split(" ").slice(1).join(" ")}`, server.knownHostsLine, ""]);
  });

  it("names the other keys that stay valid in files it does not write", async () => {
    const theirs = join(folder, "theirs");
    const text = `${await otherLine()}\n`;
    await writeFile(theirs, text);
    const result = await trust({ replace: true, knownHostsFiles: [theirs] });
    expect(result).toMatchObject({ outcome: "replaced", stillTrusted: [`${theirs}, line 1`] });
    expect(await readFile(theirs, "utf8")).toBe(text);
  });

  it("never trusts a revoked key", async () => {
    const theirs = join(folder, "theirs");
    await writeFile(theirs, `@revoked * ${server.knownHostsLine.split(" ").slice(1).join(" ")}\n`);
    await expect(trust({ replace: true, knownHostsFiles: [theirs] })).rejects.toMatchObject({
      code: "HOST_KEY_REVOKED",
    });
    expect(asked).toEqual([]);
  });

  it.skipIf(!need("ssh-keygen"))("writes hashed names that ssh-keygen finds", async () => {
    await trust({ hashed: true });
    expect((await lines())[0]).toMatch(/^\|1\|/u);
    const found = execFileSync("ssh-keygen", ["-F", `[127.0.0.1]:${server.port}`, "-f", file], { encoding: "utf8" });
    expect(found).toContain("found: line 1");
  });

  it("gives up on a server that says nothing, and on one that is not there", async () => {
    server.faults.mute = true;
    await expect(trust({ connectMs: 200 })).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
    await server.close();
    await expect(trust()).rejects.toMatchObject({ code: "CONNECT_REFUSED" });
  });
});
