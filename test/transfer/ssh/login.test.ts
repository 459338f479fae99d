import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSftpServer } from "../../../src/simulator/sftp-server/server.ts";
import type { SftpUser } from "../../../src/simulator/sftp-server/users.ts";
import type { Place } from "../../../src/transfer/place.ts";
import { openPlace } from "../../../src/transfer/places/open.ts";
import type { SshOptions } from "../../../src/transfer/ssh/options.ts";
import { steppingClock } from "../../../src/clock.ts";
import { makeSftpBed, PASSWORD, type SftpBed } from "../places/sftp-bed.ts";

const ED = ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 });
const ENCRYPTED = ssh2.utils.generateKeyPairSync("ecdsa", {
  bits: 256,
  passphrase: "pass phrase",
  cipher: "aes256-ctr",
  rounds: 4,
});

/** Fails the test when a secret is asked for that the server does not want. */
const never = async (): Promise<string> => {
  throw new Error("this secret was asked for without need");
};

describe("logging in over SSH", () => {
  let bed: SftpBed;
  const make = async (anna: SftpUser, faults = {}): Promise<void> => {
    bed = await makeSftpBed(faults, { anna });
  };
  afterEach(async () => bed.close());
  const works = async (ssh: SshOptions, how?: { user?: string }): Promise<void> => {
    const place = await bed.open(ssh, how);
    expect(await place.list()).toEqual([]);
    await place.close();
  };
  const keyFile = async (name: string, text: string): Promise<string> => {
    const path = join(bed.knownHosts, "..", name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };

  it("uses a password, and asks for it once", async () => {
    await make({ password: PASSWORD });
    let asked = 0;
    const password = async (): Promise<string> => ((asked += 1), PASSWORD);
    await works({ password, passphrase: never });
    expect(asked).toBe(1);
  });

  it("uses a key, and then asks for no password", async () => {
    await make({ publicKey: ED.public, password: PASSWORD });
    await works({ keyFiles: [await keyFile("key", ED.private)], password: never, passphrase: never });
  });

  it("asks for the passphrase of an encrypted key", async () => {
    await make({ publicKey: ENCRYPTED.public });
    const path = await keyFile("encrypted", ENCRYPTED.private);
    const asked: string[] = [];
    const passphrase = async (file: string): Promise<string> => (asked.push(file), "pass phrase");
    await works({ keyFiles: [path], passphrase, password: never });
    expect(asked).toEqual([path]);
  });

  it("goes on to the next way when a key does not fit", async () => {
    await make({ publicKey: ED.public, password: PASSWORD });
    const keys = [
      await keyFile("encrypted", ENCRYPTED.private),
      await keyFile("junk", "no key"),
      await keyFile("public", ED.public),
    ];
    await works({ keyFiles: [...keys, await keyFile("key", ED.private)], password: never });
  });

  it("answers a keyboard-interactive question for the password with it", async () => {
    await make({ questions: { "Password: ": PASSWORD } });
    await works({ password: async () => PASSWORD });
  });

  it("has further questions answered by the caller", async () => {
    await make({ questions: { "Password: ": PASSWORD, "Code: ": "123456" } });
    const seen: string[] = [];
    const answer = async (_: string, questions: readonly { text: string }[]): Promise<string[]> => {
      seen.push(...questions.map(({ text }) => text));
      return [PASSWORD, "123456"];
    };
    await works({ password: async () => PASSWORD, answer });
    expect(seen).toEqual(["Password: ", "Code: "]);
  });

  it("never sends the same password twice", async () => {
    await make({ password: "another", questions: { "Password: ": "another" } });
    let asked = 0;
    const password = async (): Promise<string> => ((asked += 1), PASSWORD);
    await expect(bed.open({ password })).rejects.toMatchObject({ code: "AUTH_FAILED", facts: { tried: ["password"] } });
    const answer = async (): Promise<string[]> => ["another"];
    await works({ password, answer });
    expect(asked).toBe(2);
  });

  it("does not count the time that a person takes", async () => {
    await make({ password: PASSWORD });
    const slowly = async (): Promise<string> => new Promise((resolve) => void setTimeout(resolve, 700, PASSWORD));
    await works({ password: slowly, connectMs: 500 });
  });

  it("names what was tried, what was not, and what the server offers", async () => {
    await make({ publicKey: ED.public, password: "another" });
    const path = await keyFile("encrypted", ENCRYPTED.private);
    const failing = bed.open({ keyFiles: [path], agent: join(bed.folder, "no-agent") });
    await expect(failing).rejects.toMatchObject({
      code: "AUTH_FAILED",
      exitCode: 4,
      facts: { user: "anna", tried: ["password"], offered: ["publickey", "password"] },
    });
    const error = await failing.catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /key .*encrypted is encrypted, and no passphrase was given; agent .*no-agent cannot be reached/u,
      ),
    });
    expect(JSON.stringify(error)).not.toContain(PASSWORD);
  });

  it("fails for a key file that is not there", async () => {
    await make({ publicKey: ED.public });
    await expect(bed.open({ keyFiles: ["/nowhere/key"] })).rejects.toMatchObject({
      code: "SECRET_MISSING",
      message: expect.stringContaining("/nowhere/key"),
    });
  });

  it("passes on that a secret could not be had", async () => {
    await make({ password: PASSWORD });
    await expect(bed.open({ password: never })).rejects.toMatchObject({
      message: expect.stringContaining("without need"),
    });
  });

  it("ends while a person is asked, on abort", async () => {
    await make({ password: PASSWORD });
    const end = new AbortController();
    const password = async (): Promise<string> => {
      end.abort();
      return new Promise(() => undefined);
    };
    await expect(bed.open({ password }, { signal: end.signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

describe("getting connected", () => {
  let bed: SftpBed;
  beforeEach(async () => {
    bed = await makeSftpBed();
  });
  afterEach(async () => bed.close());

  it("refuses a host that is not known before any name or password is sent", async () => {
    await writeFile(bed.knownHosts, "");
    const asked: string[] = [];
    const password = async (): Promise<string> => (asked.push("password"), PASSWORD);
    const opening = bed.open({ password });
    await expect(opening).rejects.toMatchObject({
      code: "HOST_KEY_UNKNOWN",
      facts: { offered: bed.server.hostKeyFingerprint },
      hint: expect.stringContaining(`resync trust 127.0.0.1:${bed.server.port}`),
    });
    expect(asked).toEqual([]);
  });

  it("refuses a changed key", async () => {
    const other = await startSftpServer({ root: bed.folder, users: {} });
    await other.close();
    await writeFile(bed.knownHosts, other.knownHostsLine.replace(String(other.port), String(bed.server.port)));
    await expect(bed.open()).rejects.toMatchObject({
      code: "HOST_KEY_CHANGED",
      facts: { known: [other.hostKeyFingerprint] },
    });
  });

  it("refuses a revoked key", async () => {
    await writeFile(bed.knownHosts, `${bed.server.knownHostsLine}\n@revoked ${bed.server.knownHostsLine}\n`);
    await expect(bed.open()).rejects.toMatchObject({ code: "HOST_KEY_REVOKED" });
  });

  it("says that a server lets the login in and has no SFTP", async () => {
    bed.server.faults.subsystemRefused = true;
    await expect(bed.open()).rejects.toMatchObject({
      code: "PROTOCOL",
      message: expect.stringContaining("login at 127.0.0.1"),
    });
  });

  it("gives up on a server that accepts and says nothing", async () => {
    bed.server.faults.mute = true;
    await expect(bed.open({ connectMs: 200 })).rejects.toMatchObject({
      code: "CONNECT_TIMEOUT",
      message: expect.stringContaining("says nothing"),
    });
  });

  it("says that a server hangs up, and that it may pass", async () => {
    bed.server.faults.dropConnections = 1;
    await expect(bed.open()).rejects.toMatchObject({ code: "CONNECT_FAILED", retryable: true });
    await bed.open();
  });

  it("comes again by itself when a server hangs up for having too many logins", async () => {
    bed.server.faults.dropConnections = 2;
    const place = await openPlace(
      { kind: "sftp", user: "anna", host: "127.0.0.1", port: bed.server.port, path: "/" },
      {
        ssh: { knownHostsFiles: [bed.knownHosts], keyFiles: [], agent: false, password: async () => PASSWORD },
        clock: steppingClock(new Date(0)),
        reporter: bed.reporter,
      },
    );
    expect(await place.list()).toEqual([]);
    await place.close();
    expect(bed.reporter.events.filter((event) => event.type === "warning")).toHaveLength(2);
  });

  it("says that nothing listens, and that a name is not known", async () => {
    const { port } = bed.server;
    await bed.server.close();
    await expect(bed.open()).rejects.toMatchObject({
      code: "CONNECT_REFUSED",
      message: `127.0.0.1, port ${port}, refuses the connection.`,
    });
    const opening = openPlace(
      { kind: "sftp", user: "a", host: "no-such-host.invalid", port: 22, path: "/" },
      { ssh: { agent: false, keyFiles: [] } },
    );
    await expect(opening).rejects.toMatchObject({ code: "HOST_NOT_FOUND" });
  });

  describe("to something else than an SSH server", () => {
    let other: Server;
    const talk = async (text: string): Promise<Promise<Place>> => {
      other = createServer((socket) => socket.on("error", () => undefined).end(text)).listen(0, "127.0.0.1");
      await once(other, "listening");
      const address = other.address();
      const port = typeof address === "object" ? address?.port : undefined;
      return openPlace(
        { kind: "sftp", user: "a", host: "127.0.0.1", port: port ?? 0, path: "/" },
        { ssh: { agent: false, keyFiles: [], connectMs: 2_000 }, attempts: 1 },
      );
    };
    afterEach(async () => void other.close());

    it.each(["HTTP/1.0 400 Bad Request\r\n\r\n", "220 ftp ready\r\n", ""])(
      "fails in time when it says %j",
      async (text) => {
        await expect(talk(text)).rejects.toMatchObject({ exitCode: 4 });
      },
    );
  });
});

describe("a process that has used SFTP", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "resync-exit-"));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  it.each([
    ["a finished transfer", "", "done"],
    ["a refused subsystem", "server.faults.subsystemRefused = true;", "PROTOCOL"],
    ["a stalled server", "server.faults.stallOnWrite = 1;", "STALLED"],
    ["an unknown host", "known = [];", "HOST_KEY_UNKNOWN"],
  ])("ends by itself after %s, and printed nothing of its own", async (_name, change, expected) => {
    const script = `
      import { writeFileSync } from "node:fs";
      import { tmpdir } from "node:os";
import { join } from "node:path";
      import { startSftpServer } from "./dist/simulator/sftp-server/server.js";
      import { sftpPlace } from "./dist/transfer/places/sftp.js";
      const folder = process.argv[1];
      const server = await startSftpServer({ root: folder, users: { anna: { password: "pw" } } });
      writeFileSync(join(folder, "known"), server.knownHostsLine);
      let known = [join(folder, "known")];
      ${change}
      try {
        const place = await sftpPlace({ kind: "sftp", user: "anna", host: server.host, port: server.port, path: "/" },
          { ssh: { knownHostsFiles: known, keyFiles: [], agent: false, password: async () => "pw", stallMs: 300, connectMs: 2000 } });
        async function* source() { yield Buffer.alloc(100000); }
        await place.writeNew("X", source()).finally(() => place.close());
        console.log("done");
      } catch (error) { console.log(error.code); }
      // The server is left to itself: only what the client holds may keep the process alive.
      server.unref();`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 10_000,
    });
    const printed: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
    const [code] = (await once(child, "close")) as [number | null];
    expect({ code, printed: Buffer.concat(printed).toString() }).toEqual({ code: 0, printed: `${expected}\n` });
  });
});
