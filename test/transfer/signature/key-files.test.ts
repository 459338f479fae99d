import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadSigningKey, loadTrustedKey, makeKeyFiles } from "../../../src/transfer/signature/key-files.ts";
import { readPublicKey, showPublicKey } from "../../../src/transfer/signature/keys.ts";
import { isSigned, signed } from "../../../src/transfer/signature/signature.ts";
import { encodeJson } from "../../../src/transfer/json.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "resync-keys-"));
  file = join(folder, "my.key");
});
afterEach(() => rm(folder, { recursive: true }));

const usage = (message: RegExp) => ({ code: "USAGE", exitCode: 2, message: expect.stringMatching(message) });

describe("a key pair", () => {
  it("is made in two files, the private one for its owner only, and works", async () => {
    const { key, publicFile } = await makeKeyFiles(file);
    if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
    const own = await loadSigningKey(file);
    expect(own).toMatchObject({ id: key.id, exposed: false });
    const trusted = await loadTrustedKey("my.key.pub", folder);
    expect(trusted.id).toBe(key.id);
    expect(isSigned(encodeJson(signed({ a: 1 }, own)), trusted)).toBe(true);
    expect(await readFile(publicFile, "utf8")).not.toContain("PRIVATE");
  });

  it("has a public key in one word, which is the line in its file", async () => {
    const { key, publicFile } = await makeKeyFiles(file);
    const word = showPublicKey(key);
    expect((await readFile(publicFile, "utf8")).split("\n")[1]).toBe(word);
    expect((await loadTrustedKey(word, folder)).id).toBe(key.id);
    await writeFile(join(folder, "word"), `${word}\n`);
    expect((await loadTrustedKey("word", folder)).id).toBe(key.id);
    expect(readPublicKey(`${word}x`)).toBeUndefined();
  });

  it("never takes the place of another", async () => {
    await makeKeyFiles(file);
    const before = await readFile(file, "utf8");
    await expect(makeKeyFiles(file)).rejects.toMatchObject({ code: "ALREADY_EXISTS", exitCode: 5 });
    expect(await readFile(file, "utf8")).toBe(before);
    await rm(file);
    await expect(makeKeyFiles(file)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(await readdir(folder)).toEqual(["my.key.pub"]);
  });

  it("that others can read is said to be exposed", async () => {
    await makeKeyFiles(file);
    await chmod(file, 0o640);
    expect(await loadSigningKey(file)).toMatchObject({ exposed: process.platform !== "win32" });
  });
});

describe("a file that is not the key that was asked for", () => {
  it("is named: public for private, private for public, another kind, no key, no file", async () => {
    const { publicFile } = await makeKeyFiles(file);
    await expect(loadSigningKey(publicFile)).rejects.toMatchObject(usage(/my\.key\.pub holds a public key/u));
    await expect(loadTrustedKey(file, folder)).rejects.toMatchObject(usage(/my\.key holds a private key/u));
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await writeFile(join(folder, "ec"), privateKey.export({ format: "pem", type: "pkcs8" }));
    await writeFile(join(folder, "ec.pub"), publicKey.export({ format: "pem", type: "spki" }));
    await expect(loadSigningKey(join(folder, "ec"))).rejects.toMatchObject(usage(/another kind \(ec\)/u));
    await expect(loadTrustedKey("ec.pub", folder)).rejects.toMatchObject(usage(/another kind \(ec\)/u));
    await writeFile(join(folder, "text"), "ssh-ed25519 AAAA me@here");
    await expect(loadSigningKey(join(folder, "text"))).rejects.toMatchObject(usage(/no private key/u));
    await expect(loadTrustedKey("text", folder)).rejects.toMatchObject(usage(/no public key/u));
    await expect(loadTrustedKey("missing", folder)).rejects.toMatchObject(usage(/missing does not exist/u));
    await writeFile(join(folder, "long"), Buffer.alloc(70_000));
    await expect(loadTrustedKey("long", folder)).rejects.toMatchObject(usage(/too long for a key/u));
  });
});
