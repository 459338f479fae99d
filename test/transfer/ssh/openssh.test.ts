import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasCode } from "../../../src/errors.ts";
import { recordingReporter } from "../../../src/report/reporter.ts";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath, type Place } from "../../../src/transfer/place.ts";
import { sftpPlace } from "../../../src/transfer/places/sftp.ts";
import type { SshOptions } from "../../../src/transfer/ssh/options.ts";
import { trustHost } from "../../../src/transfer/ssh/trust.ts";
import {
  KEY_PASSPHRASE,
  makeSshdBed,
  needSshd,
  SSHD_PASSWORD,
  SSHD_USER,
  type Sshd,
  type SshdBed,
} from "../../servers/openssh.ts";
import { needRoot } from "../../support/need.ts";

const A = placePath("RS000001.TMG");
const B = placePath("RESYNC.GLB");
const password = async (): Promise<string> => SSHD_PASSWORD;

describe.skipIf(!needSshd())("OpenSSH's sshd", () => {
  let bed: SshdBed;
  let plain: Sshd;
  const reporter = recordingReporter();
  beforeAll(async () => {
    bed = await makeSshdBed();
    plain = await bed.start();
  });
  afterAll(async () => bed.close());

  const open = async (server: Sshd, ssh: SshOptions, path = bed.data): Promise<Place> =>
    sftpPlace(
      { kind: "sftp", user: SSHD_USER, host: server.host, port: server.port, path },
      { ssh: { knownHostsFiles: [server.knownHosts], keyFiles: [], agent: false, stallMs: 5_000, ...ssh }, reporter },
    );
  const withKey = async (server: Sshd, path?: string, more: SshOptions = {}): Promise<Place> =>
    open(server, { keyFiles: [bed.keys.ed25519], ...more }, path);
  const roundTrip = async (place: Place): Promise<void> => {
    const bytes = randomBytes(100_000);
    await place.writeNew(A, bytesOf(bytes));
    expect((await collectBytes(place.read(A), 1e6)).equals(bytes)).toBe(true);
    await place.remove(A);
    await place.close();
  };

  describe("logging in", () => {
    it("with a key, in PEM too", async () => {
      await roundTrip(await withKey(plain));
      await roundTrip(await open(plain, { keyFiles: [bed.keys.pem] }));
    });

    it("with an encrypted key", async () => {
      await roundTrip(await open(plain, { keyFiles: [bed.keys.encrypted], passphrase: async () => KEY_PASSPHRASE }));
      const wrong = open(plain, { keyFiles: [bed.keys.encrypted], passphrase: async () => "wrong" });
      await expect(wrong).rejects.toMatchObject({
        code: "AUTH_FAILED",
        message: expect.stringContaining("wrong passphrase?"),
      });
    });

    it("with an agent, after a key that the server does not know", async () => {
      const folder = await mkdtemp(join(bed.folder, "agent-"));
      const socket = join(folder, "socket");
      const started = execFileSync("ssh-agent", ["-a", socket], { encoding: "utf8" });
      const pid = Number(/SSH_AGENT_PID=(\d+)/u.exec(started)?.[1]);
      try {
        execFileSync("ssh-add", ["-q", bed.keys.stranger, bed.keys.ed25519], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
          stdio: "ignore",
        });
        await roundTrip(await open(plain, { agent: socket, keyFiles: [bed.keys.stranger] }));
      } finally {
        process.kill(pid, "SIGTERM");
        await rm(folder, { recursive: true });
      }
    });

    it("not with a key that the server does not know", async () => {
      const opening = open(plain, { keyFiles: [bed.keys.stranger] });
      await expect(opening).rejects.toMatchObject({
        code: "AUTH_FAILED",
        message: expect.stringContaining(`Tried: key ${bed.keys.stranger}. The server offers: publickey`),
      });
    });

    it("says the same when the server hangs up after too many tries", async () => {
      const strict = await bed.start({ config: ["MaxAuthTries 2"] });
      const opening = open(strict, {
        keyFiles: [bed.keys.stranger, bed.keys.stranger, bed.keys.stranger, bed.keys.ed25519],
      });
      await expect(opening).rejects.toMatchObject({
        code: "AUTH_FAILED",
        message: expect.stringContaining("The server said: Too many authentication failures"),
      });
    });
  });

  describe.skipIf(!needRoot())("logging in with a password", () => {
    it("works, and with a wrong one says so", async () => {
      await roundTrip(await open(plain, { password }));
      const only = await bed.start({ methods: ["password"] });
      await expect(open(only, { password: async () => "wrong" })).rejects.toMatchObject({
        code: "AUTH_FAILED",
        facts: { tried: ["password"], offered: ["password"] },
      });
    });

    it("works where the server only has keyboard-interactive", async () => {
      await roundTrip(await open(await bed.start({ methods: ["keyboard-interactive"] }), { password }));
    });

    it("works after a key where the server wants both", async () => {
      const both = await bed.start({ config: ["AuthenticationMethods publickey,password"] });
      await roundTrip(await open(both, { keyFiles: [bed.keys.ed25519], password }));
      await expect(open(both, { keyFiles: [bed.keys.ed25519] })).rejects.toMatchObject({
        code: "AUTH_FAILED",
        facts: { offered: ["password"] },
      });
    });
  });

  describe("host keys", () => {
    const known = async (...lines: string[]): Promise<string> => {
      const file = join(await mkdtemp(join(bed.folder, "known-")), "known_hosts");
      await writeFile(file, `${lines.join("\n")}\n`);
      return file;
    };
    const tryWith = async (file: string): Promise<Place> => withKey(plain, undefined, { knownHostsFiles: [file] });

    it.each(["ed25519", "rsa", "ecdsa"] as const)("asks for the kind that is known: %s", async (type) => {
      await (await tryWith(await known(await plain.knownHostsLine(type)))).close();
    });

    it("refuses an unknown, a changed and a revoked key before the login", async () => {
      const line = await plain.knownHostsLine("ed25519");
      const stranger = await readFile(`${bed.keys.stranger}.pub`, "utf8");
      await expect(tryWith(await known())).rejects.toMatchObject({ code: "HOST_KEY_UNKNOWN" });
      await expect(tryWith(await known(`[127.0.0.1]:${plain.port} ${stranger}`))).rejects.toMatchObject({
        code: "HOST_KEY_CHANGED",
      });
      await expect(tryWith(await known(line, `@revoked ${line}`))).rejects.toMatchObject({ code: "HOST_KEY_REVOKED" });
    });

    it("can be trusted after their fingerprint was shown: the one that ssh-keygen shows", async () => {
      const file = await known();
      const shown: string[] = [];
      const result = await trustHost(`127.0.0.1:${plain.port}`, {
        confirm: async ({ fingerprint }) => shown.push(fingerprint) > 0,
        knownHostsFile: file,
        knownHostsFiles: [],
        hashed: true,
      });
      expect(result.outcome).toBe("added");
      expect(
        execFileSync("ssh-keygen", ["-lf", join(bed.folder, "keys/host_ed25519.pub")], { encoding: "utf8" }),
      ).toContain(shown[0]);
      await (await tryWith(file)).close();
    });
  });

  it("of old days is refused, and allowed loudly on demand", async () => {
    const legacy = await bed.start({
      config: [
        "KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
        "HostKeyAlgorithms ssh-rsa",
        "Ciphers aes128-cbc,3des-cbc",
        "MACs hmac-sha1",
        "PubkeyAcceptedAlgorithms +ssh-rsa",
      ],
    });
    await expect(withKey(legacy)).rejects.toMatchObject({
      code: "PROTOCOL",
      hint: expect.stringContaining("--legacy-algorithms"),
    });
    reporter.events.length = 0;
    await roundTrip(await withKey(legacy, undefined, { legacyAlgorithms: true }));
    const warned = reporter.events.find((event) => event.type === "warning");
    expect(warned).toMatchObject({ text: expect.stringMatching(/diffie-hellman-group14-sha1, aes128-cbc/u) });
  });

  it("without SFTP lets the login in and is named for it", async () => {
    for (const subsystem of ["/bin/false", "/nowhere/sftp-server"]) {
      await expect(withKey(await bed.start({ subsystem }))).rejects.toMatchObject({
        code: "PROTOCOL",
        message: expect.stringContaining("SFTP"),
      });
    }
  });

  it("may change the session's keys in the middle", async () => {
    const place = await withKey(await bed.start({ config: ["RekeyLimit 1M"] }), undefined, { connectMs: 1_500 });
    const bytes = randomBytes(6_000_000);
    await place.writeNew(A, bytesOf(bytes));
    // The time limits of the login must not come back with the new keys.
    await pause(1_600);
    expect((await collectBytes(place.read(A), 1e7)).equals(bytes)).toBe(true);
    await place.remove(A);
    await place.close();
  });

  it("that is read-only refuses every write and gives every read", async () => {
    const place = await withKey(await bed.start({ subsystem: "internal-sftp -R" }));
    await writeFile(join(bed.data, B), "there");
    await expect(place.writeNew(A, bytesOf(Buffer.from("x")))).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    await expect(place.remove(B)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect((await collectBytes(place.read(B), 100)).toString()).toBe("there");
    await place.close();
    await rm(join(bed.data, B));
  });

  it("that may not rename at all leaves both files as they were", async () => {
    const place = await withKey(await bed.start({ subsystem: "internal-sftp -P rename,posix-rename" }));
    await place.writeNew(A, bytesOf(Buffer.from("new")));
    await place.writeNew(B, bytesOf(Buffer.from("old")));
    await expect(place.replace(A, B)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect((await readFile(join(bed.data, B))).toString()).toBe("old");
    await place.remove(A);
    await place.remove(B);
    await place.close();
  });

  it("with posix-rename and fsync says so; without them it does not", async () => {
    const full = await withKey(plain);
    const bare = await withKey(await bed.start({ subsystem: "internal-sftp -P posix-rename,fsync" }));
    expect(full.capabilities).toMatchObject({ atomicReplace: true, fsync: true });
    expect(bare.capabilities).toMatchObject({ atomicReplace: false, fsync: false });
    await Promise.all([full.close(), bare.close()]);
  });

  describe("that fails in the middle of a write", () => {
    const BYTES = randomBytes(8_000_000);
    /** Starts a write on a server of its own, and does something to the processes that serve it. */
    const interrupted = async (signal: NodeJS.Signals): Promise<{ writing: Promise<number>; server: Sshd }> => {
      const server = await bed.start();
      const place = await withKey(server, undefined, { stallMs: 500 });
      let done = false;
      const strike = (bytes: number): void => {
        if (bytes < 500_000 || done) return;
        done = true;
        for (const pid of server.sessions()) process.kill(pid, signal);
      };
      async function* source(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < BYTES.length; at += 100_000) yield BYTES.subarray(at, at + 100_000);
      }
      return { writing: place.writeNew(A, source(), { onProgress: strike }), server };
    };

    it("is found stalled", async () => {
      const { writing, server } = await interrupted("SIGSTOP");
      await expect(writing).rejects.toMatchObject({ code: "STALLED", facts: { leftBehind: A } });
      await server.close();
      await rm(join(bed.data, A));
    });

    it("is found gone", async () => {
      const { writing, server } = await interrupted("SIGKILL");
      await expect(writing).rejects.toMatchObject({ code: "CONNECTION_LOST", facts: { leftBehind: A } });
      await server.close();
      await rm(join(bed.data, A));
    });
  });

  describe.skipIf(!needRoot())("with its own file systems", () => {
    it("is found full, before and while writing, and nothing is left", async () => {
      const server = await bed.start({
        mounts: ['mkdir -p "$BED/small"', 'mount -t tmpfs -o size=1m,mode=0777 none "$BED/small"'],
      });
      const place = await withKey(server, join(bed.folder, "small"));
      const bytes = randomBytes(3_000_000);
      await expect(place.writeNew(A, bytesOf(bytes), { size: bytes.length })).rejects.toMatchObject({
        code: "DISK_FULL",
        state: "Nothing was written.",
      });
      await expect(place.writeNew(A, bytesOf(bytes))).rejects.toMatchObject({
        code: "DISK_FULL",
        facts: { free: expect.any(Number) },
      });
      expect(await place.list()).toEqual([]);
      await place.writeNew(A, bytesOf(bytes.subarray(0, 500_000)));
      await place.close();
    });

    it("is found write-protected", async () => {
      const server = await bed.start({
        mounts: ['mkdir -p "$BED/disc"', 'mount -t tmpfs -o ro,mode=0777 none "$BED/disc"'],
      });
      const place = await withKey(server, join(bed.folder, "disc"));
      await expect(place.writeNew(A, bytesOf(Buffer.from("x")))).rejects.toMatchObject({ code: "READ_ONLY" });
      await place.close();
    });

    it("may shut the account into a jail: paths start there, its top is not writable", async () => {
      const server = await bed.start({
        mounts: ['mount --bind "$BED/jail" /mnt'],
        config: ["ChrootDirectory /mnt", "ForceCommand internal-sftp", "AllowTcpForwarding no"],
      });
      await roundTrip(await withKey(server, "/in"));
      await roundTrip(await withKey(server, "/in/../in"));
      const top = await withKey(server, "/");
      const denied = await top.writeNew(A, bytesOf(Buffer.from("x"))).catch((error: unknown) => error);
      expect(hasCode(denied, "ACCESS_DENIED")).toBe(true);
      await top.close();
    });

    it("takes ~ for the account's home", async () => {
      const place = await withKey(plain, "~");
      await place.writeNew(A, bytesOf(Buffer.from("x")));
      expect(await readFile(join(bed.folder, "home", A), "utf8")).toBe("x");
      await place.remove(A);
      await place.close();
    });
  });
});
