import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedactor, secretProvider } from "../../src/config/secrets.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "resync-secrets-"));
});
afterAll(() => rm(folder, { recursive: true }));

const get = (environment: NodeJS.ProcessEnv, answer?: string, redactor = createRedactor()) =>
  secretProvider("ssh-password", "Password?", { environment, ask: async () => answer, redactor })();

describe("a secret", () => {
  it("comes from the environment, a file, a command or a person, in this order", async () => {
    const file = join(folder, "password");
    await writeFile(file, "from the file\r\nsecond line\n");
    const command = `"${process.execPath}" -e "console.log('from the command')"`;
    const all = {
      RESYNC_SSH_PASSWORD: "direct",
      RESYNC_SSH_PASSWORD_FILE: file,
      RESYNC_SSH_PASSWORD_COMMAND: command,
    };
    expect(await get(all)).toBe("direct");
    expect(await get({ ...all, RESYNC_SSH_PASSWORD: undefined })).toBe("from the file");
    expect(await get({ RESYNC_SSH_PASSWORD_COMMAND: command })).toBe("from the command");
    expect(await get({}, "typed")).toBe("typed");
    expect(await get({})).toBeUndefined();
  });

  it("comes from a file as Notepad and PowerShell write it", async () => {
    const file = join(folder, "by notepad");
    const inFile = { RESYNC_SSH_PASSWORD_FILE: file };
    for (const encoding of ["utf8", "utf16le"] as const) {
      await writeFile(file, Buffer.from("\ufeffgeheim ü\r\n", encoding));
      expect(await get(inFile)).toBe("geheim ü");
    }
  });

  it("is an error when the file or command that was named gives none", async () => {
    const missing = { RESYNC_SSH_PASSWORD_FILE: join(folder, "missing") };
    await expect(get(missing)).rejects.toMatchObject({ code: "SECRET_MISSING", exitCode: 2 });
    const failing = {
      RESYNC_SSH_PASSWORD_COMMAND: `"${process.execPath}" -e "console.error('S3cret'); process.exit(1)"`,
    };
    const error = await get(failing).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SECRET_MISSING" });
    expect(String(error)).not.toContain("S3cret");
  });

  it("is never shown after it was used", async () => {
    const redactor = createRedactor();
    await get({ RESYNC_SSH_PASSWORD: "S3cret pw" }, undefined, redactor);
    expect(redactor.redact("login with S3cret pw failed: S3cret pw")).toBe("login with *** failed: ***");
  });
});
