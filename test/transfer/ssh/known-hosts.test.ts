import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeHostKey } from "../../../src/simulator/sftp-server/server.ts";
import { keyFingerprint, keyType } from "../../../src/transfer/ssh/fingerprint.ts";
import { preferredAlgorithms, refuseHostKey } from "../../../src/transfer/ssh/host-key.ts";
import { judgeHostKey, matchesHosts, parseKnownHosts, type KnownKey } from "../../../src/transfer/ssh/known-hosts.ts";
import { need } from "../../support/need.ts";

interface Key {
  line: string;
  blob: Buffer;
}

const makeKey = (): Key => {
  const parsed = ssh2.utils.parseKey(makeHostKey());
  if (parsed instanceof Error) throw parsed;
  const blob = parsed.getPublicSSH();
  return { line: `${parsed.type} ${blob.toString("base64")}`, blob };
};
const [ONE, TWO] = [makeKey(), makeKey()];
const read = (...lines: string[]): KnownKey[] => parseKnownHosts(lines.join("\n"), "known_hosts", () => undefined);
const judge = (keys: KnownKey[], host: string, port = 22, key = ONE): string =>
  judgeHostKey(keys, host, port, key.blob).verdict;

describe("parseKnownHosts", () => {
  it("passes over comments, empty and damaged lines, marks it does not know, and says so", () => {
    const skipped: string[] = [];
    const text = [
      "# a comment",
      "",
      `files ${ONE.line} a comment with blanks`,
      `@cert-authority *.example ${TWO.line}`,
      "files ssh-ed25519",
      "files ssh-ed25519 AAAA!!!!",
      `files ssh-rsa ${ONE.line.split(" ")[1] ?? ""}`,
      `\t@revoked\tfiles\t${TWO.line}`,
      `files ${TWO.line}\r`,
    ].join("\n");
    const keys = parseKnownHosts(text, "known", (why) => skipped.push(why));
    expect(keys.map(({ line, revoked, hosts }) => ({ line, revoked, hosts }))).toEqual([
      { line: 3, revoked: false, hosts: "files" },
      { line: 8, revoked: true, hosts: "files" },
      { line: 9, revoked: false, hosts: "files" },
    ]);
    expect(skipped).toEqual([
      "known, line 4: @cert-authority is not supported",
      "known, line 5: damaged",
      "known, line 6: damaged",
      "known, line 7: damaged",
    ]);
  });
});

describe("matchesHosts", () => {
  it.each([
    ["files", "files", true],
    ["FILES", "files", true],
    ["other,files", "files", true],
    ["files", "files2", false],
    ["files.example", "filesXexample", false],
    ["*.example", "files.example", true],
    ["*.example", "example", false],
    ["file?", "files", true],
    ["file?", "file", false],
    ["*.example,!files.example", "files.example", false],
    ["!files.example,*.example", "nt4.example", true],
    ["!files.example", "nt4.example", false],
    ["[files]:2222", "[files]:2222", true],
    ["[files]:2222", "files", false],
    ["[*.example]:*", "[files.example]:2222", true],
    ["|1|bad", "files", false],
    ["|2|AAAA|AAAA", "files", false],
    ["", "files", false],
  ])("%j speaks of %j: %s", (hosts, name, expected) => {
    expect(matchesHosts(hosts, name)).toBe(expected);
  });
});

describe("judgeHostKey", () => {
  it("knows a key listed for the host, one of several too", () => {
    expect(judge(read(`files ${ONE.line}`), "files")).toBe("known");
    expect(judge(read(`files ${ONE.line}`), "FILES")).toBe("known");
    expect(judge(read(`files ${TWO.line}`, `files ${ONE.line}`), "files")).toBe("known");
  });

  it("does not know a host that is not listed", () => {
    expect(judge([], "files")).toBe("unknown");
    expect(judge(read(`other ${ONE.line}`), "files")).toBe("unknown");
  });

  it("sees a changed key", () => {
    expect(judge(read(`files ${TWO.line}`), "files")).toBe("changed");
  });

  it("takes ports apart, but lets the host's own line stand for a port that is not listed", () => {
    expect(judge(read(`[files]:2222 ${ONE.line}`), "files", 2222)).toBe("known");
    expect(judge(read(`[files]:2222 ${ONE.line}`), "files", 22)).toBe("unknown");
    expect(judge(read(`files ${ONE.line}`), "files", 2222)).toBe("known");
    expect(judge(read(`files ${TWO.line}`), "files", 2222)).toBe("unknown");
    expect(judge(read(`files ${ONE.line}`, `[files]:2222 ${TWO.line}`), "files", 2222)).toBe("changed");
  });

  it("never takes a revoked key, wherever it is also listed", () => {
    expect(judge(read(`files ${ONE.line}`, `@revoked * ${ONE.line}`), "files")).toBe("revoked");
    expect(judge(read(`@revoked files ${ONE.line}`), "files", 2222)).toBe("revoked");
    expect(judge(read(`files ${ONE.line}`, `@revoked files ${TWO.line}`), "files")).toBe("known");
    expect(judge(read(`@revoked files ${TWO.line}`), "files")).toBe("unknown");
  });
});

describe("refuseHostKey", () => {
  it("says nothing about a known key", () => {
    expect(refuseHostKey(read(`files ${ONE.line}`), "files", 22, ONE.blob)).toBeUndefined();
  });

  it("names fingerprint and remedy for an unknown one", () => {
    const error = refuseHostKey([], "files", 2222, ONE.blob);
    expect(error).toMatchObject({ code: "HOST_KEY_UNKNOWN", exitCode: 4 });
    expect(error?.message).toContain(`ssh-ed25519 ${keyFingerprint(ONE.blob)}`);
    expect(error?.hint).toMatch(/resync trust files:2222$/u);
  });

  it("names both fingerprints and the line for a changed one", () => {
    const error = refuseHostKey(read("", `files ${TWO.line}`), "files", 22, ONE.blob);
    expect(error).toMatchObject({
      code: "HOST_KEY_CHANGED",
      exitCode: 4,
      facts: { offered: keyFingerprint(ONE.blob), known: [keyFingerprint(TWO.blob)] },
    });
    expect(error?.message).toContain("known_hosts, line 2");
  });

  it("gives no way round a revoked one", () => {
    const error = refuseHostKey(read(`@revoked files ${ONE.line}`), "files", 22, ONE.blob);
    expect(error).toMatchObject({ code: "HOST_KEY_REVOKED", exitCode: 4 });
    expect(error?.hint).not.toContain("resync trust");
  });
});

describe("preferredAlgorithms", () => {
  it("asks first for the kinds of key that are known, RSA with its newer signatures", () => {
    const rsa = `ssh-rsa ${Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from("ssh-rsa")]).toString("base64")}`;
    expect(preferredAlgorithms(read(`files ${rsa}`, `files ${ONE.line}`), "files", 22)).toEqual([
      "rsa-sha2-512",
      "rsa-sha2-256",
      "ssh-rsa",
      "ssh-ed25519",
    ]);
    expect(preferredAlgorithms(read(`files ${rsa}`), "other", 22)).toEqual([]);
  });
});

describe("keyType", () => {
  it.each([Buffer.alloc(0), Buffer.from([0, 0, 0, 200, 1]), Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1, 10])])(
    "is undefined for bytes that are no key",
    (bytes) => {
      expect(keyType(bytes)).toBeUndefined();
    },
  );
});

describe.skipIf(!need("ssh-keygen"))("beside OpenSSH's own ssh-keygen", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "resync-known-"));
    file = join(folder, "known_hosts");
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));
  const keygen = (...args: string[]): string =>
    execFileSync("ssh-keygen", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

  it("shows the same fingerprint", async () => {
    await writeFile(file, `${ONE.line}\n`);
    expect(keygen("-lf", file)).toContain(keyFingerprint(ONE.blob));
  });

  it("reads the names that ssh-keygen -H hashes", async () => {
    await writeFile(file, `files.example ${ONE.line}\n[files.example]:2222 ${TWO.line}\n`);
    keygen("-H", "-f", file);
    const keys = parseKnownHosts(await readFile(file, "utf8"), file, () => undefined);
    expect(keys.every((key) => key.hosts.startsWith("|1|"))).toBe(true);
    expect(judge(keys, "files.example")).toBe("known");
    expect(judge(keys, "files.example", 2222, TWO)).toBe("known");
    expect(judge(keys, "files.example", 2222, ONE)).toBe("changed");
    expect(judge(keys, "other.example")).toBe("unknown");
  });
});
