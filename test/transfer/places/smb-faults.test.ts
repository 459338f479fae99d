import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFile } from "../../../src/smb2/files/create.ts";
import { openShare } from "../../../src/smb2/connect.ts";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { openSmbPlace, type SmbPlace, type SmbPlaceOptions } from "../../../src/transfer/places/smb.ts";
import type { SmbAddress } from "../../../src/transfer/place-address.ts";
import { startSamba, type SambaServer } from "../../servers/samba.ts";
import { startOddServer, startTcpProxy, type LineFault, type TcpProxy } from "../../servers/tcp-proxy.ts";
import { need } from "../../support/need.ts";

const A = placePath("RS000001.TMG");
const B = placePath("RESYNC.GLB");
const OLD = Buffer.alloc(2_000_000, "the old master list ");
const NEW = randomBytes(4_000_000);

describe.skipIf(!need("smbd"))("an SMB place on a bad day", () => {
  let server: SambaServer;
  let old: SambaServer;
  let proxy: TcpProxy;
  beforeAll(async () => {
    [server, old] = await Promise.all([startSamba(), startSamba("NT1 only")]);
    proxy = await startTcpProxy(server.port);
    writeFileSync(join(server.folder("share"), B), OLD);
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([server.stop(), old.stop()]);
  });
  const open = async (change: Partial<SmbAddress> = {}, options: Partial<SmbPlaceOptions> = {}): Promise<SmbPlace> =>
    openSmbPlace({ ...server.address("share"), ...change }, { password: async () => server.password, ...options });
  const QUICK = { requestTimeoutMs: 400, connectTimeoutMs: 2000 };
  const onDisk = (name: string): Buffer => readFileSync(join(server.folder("share"), name));

  describe("that cannot be opened", () => {
    it("because nothing listens, or the host is unknown", async () => {
      await expect(open({ port: 1 })).rejects.toMatchObject({ code: "CONNECT_REFUSED" });
      await expect(open({ host: "no-such-host.invalid" })).rejects.toMatchObject({ code: "HOST_NOT_FOUND" });
    });

    it("because what listens there is mute, a web server, or SMB1", async () => {
      const mute = await startOddServer();
      const web = await startOddServer("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      const started = performance.now();
      await expect(open({ port: mute.port }, QUICK)).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
      expect(performance.now() - started).toBeLessThan(3000);
      await expect(open({ port: web.port })).rejects.toMatchObject({
        code: "PROTOCOL",
        message: expect.stringContaining("HTTP"),
      });
      const smb1 = { code: "CONNECTION_LOST", hint: expect.stringContaining("smb1://") };
      await expect(open({ port: old.port })).rejects.toMatchObject(smb1);
      await Promise.all([mute.stop(), web.stop()]);
    });

    it("because of who asks", async () => {
      const wrong = open({}, { password: async () => "wrong" });
      await expect(wrong).rejects.toMatchObject({
        code: "AUTH_FAILED",
        facts: { ntStatusName: "STATUS_LOGON_FAILURE" },
      });
      await expect(open({ user: "nobodyknows" })).rejects.toMatchObject({ code: "AUTH_FAILED" });
      await expect(open({ user: undefined })).rejects.toMatchObject({ code: "USAGE" });
      await expect(open({ share: "noaccess" })).rejects.toMatchObject({ code: "ACCESS_DENIED" });
      await expect(open({ share: "nosuch" })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(open({ share: "IPC$" })).rejects.toMatchObject({ code: "NOT_A_FOLDER" });
    });

    it("because the server has other dialects or cannot do what we must", async () => {
      const tooOld = open({}, { dialects: [0x0202], encryption: "required" });
      await expect(tooOld).rejects.toMatchObject({ code: "PROTOCOL" });
    });

    it("because the caller does not wait", async () => {
      const signal = AbortSignal.abort();
      await expect(open({}, { signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
    });
  });

  it("does not let a guest in", async () => {
    const guests = await startSamba("guest mapping");
    const stranger = { ...guests.address("share"), user: "nobodyknows" };
    for (const signing of ["required", "when-demanded"] as const) {
      const place = openSmbPlace(stranger, { password: async () => "anything", signing });
      await expect(place).rejects.toMatchObject({ code: "AUTH_FAILED", facts: { guest: true } });
    }
    await guests.stop();
  });

  describe("where something is not allowed", () => {
    it("says so for a read-only share, a locked folder and a missing one", async () => {
      const readOnly = await open({ share: "ro" });
      await expect(readOnly.writeNew(A, bytesOf(NEW))).rejects.toMatchObject({ code: "READ_ONLY" });
      const locked = await open({ share: "locked" });
      await expect(locked.writeNew(A, bytesOf(NEW))).rejects.toMatchObject({ code: "ACCESS_DENIED" });
      const missing = await open({ path: "no/such/folder" });
      await expect(missing.list()).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(missing.writeNew(A, bytesOf(NEW))).rejects.toMatchObject({ code: "NOT_FOUND" });
      await Promise.all([readOnly, locked, missing].map((place) => place.close()));
    });

    it("works with the share permission Change", async () => {
      const place = await open({ share: "change" });
      await place.writeNew(A, bytesOf(NEW));
      await place.replace(A, B);
      await place.remove(B);
      await place.close();
    });

    it.skipIf(process.getuid?.() !== 0)(
      "says that the disk is full, before and while it is, and leaves nothing",
      async () => {
        const place = await open({ share: "tiny" });
        const early = place.writeNew(A, bytesOf(NEW, NEW, NEW), { size: NEW.length * 3 });
        await expect(early).rejects.toMatchObject({ code: "DISK_FULL", facts: { size: NEW.length * 3 } });
        await expect(place.writeNew(A, bytesOf(NEW, NEW, NEW))).rejects.toMatchObject({ code: "DISK_FULL" });
        expect(await place.list()).toEqual([]);
        await place.close();
      },
    );
  });

  describe("where somebody else is at work", () => {
    it("says that a file is in use, and goes on when it is not", async () => {
      const place = await open();
      let finish: () => void = () => undefined;
      let begun: () => void = () => undefined;
      const writing = new Promise<void>((resolve) => (begun = resolve));
      async function* slowly(): AsyncGenerator<Uint8Array> {
        yield NEW.subarray(0, 1000);
        begun();
        await new Promise<void>((resolve) => (finish = resolve));
      }
      const { host, port, password } = server;
      const other = await openShare({
        host,
        port,
        share: "share",
        credentials: { user: "backup", domain: "", password },
      });
      const theirs = createFile(other, "BUSY.GLB", slowly());
      await writing;
      const busy = placePath("BUSY.GLB");
      await expect(collectBytes(place.read(busy), 1e6)).rejects.toMatchObject({ code: "FILE_BUSY", retryable: true });
      await expect(place.remove(busy)).rejects.toMatchObject({ code: "FILE_BUSY", retryable: true });
      await expect(place.writeNew(busy, bytesOf(NEW))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
      await place.writeNew(A, bytesOf(OLD));
      finish();
      await theirs;
      await place.replace(A, busy);
      expect((await collectBytes(place.read(busy), 1e7)).equals(OLD)).toBe(true);
      await place.remove(busy);
      await Promise.all([other.close(), place.close()]);
    });

    it("does not take a file that grows while it is read for whole", async () => {
      const place = await open();
      const path = join(server.folder("share"), "GROWING.GLB");
      writeFileSync(path, OLD);
      let grown = false;
      const reading = async (): Promise<void> => {
        for await (const bytes of place.read(placePath("GROWING.GLB"))) {
          if (!grown && bytes.length > 0) appendFileSync(path, "more");
          grown = true;
        }
      };
      await expect(reading()).rejects.toMatchObject({ code: "FILE_BUSY" });
      rmSync(path);
      await place.close();
    });
  });

  describe("whose line fails", () => {
    const faults: [string, LineFault, string][] = [
      ["reset in a write", { direction: "up", afterBytes: 1_500_000, how: "reset" }, "CONNECTION_LOST"],
      ["ended in a write", { direction: "up", afterBytes: 1_500_000, how: "finish" }, "CONNECTION_LOST"],
      ["silent in a write", { direction: "up", afterBytes: 1_500_000, how: "stall" }, "STALLED"],
      ["flipping a bit in a write", { direction: "up", afterBytes: 1_500_000, how: "flip" }, "PROTOCOL"],
      ["reset in a read", { direction: "down", afterBytes: 900_000, how: "reset" }, "CONNECTION_LOST"],
      ["ended in a read", { direction: "down", afterBytes: 900_000, how: "finish" }, "CONNECTION_LOST"],
      ["silent in a read", { direction: "down", afterBytes: 900_000, how: "stall" }, "STALLED"],
      ["flipping a bit in a read", { direction: "down", afterBytes: 900_000, how: "flip" }, "PROTOCOL"],
    ];

    it.each(faults)("%s: the old file stays whole, the next try leaves nothing behind", async (_what, fault, code) => {
      proxy.fault = fault;
      const place = await open({ port: proxy.port }, QUICK);
      const act = async (): Promise<void> => {
        if (fault.direction === "up") {
          await place.writeNew(A, bytesOf(NEW));
          await place.replace(A, B);
        } else await collectBytes(place.read(B), 1e7);
      };
      const started = performance.now();
      await expect(act()).rejects.toMatchObject({ code, retryable: code !== "PROTOCOL" || fault.direction === "up" });
      expect(performance.now() - started).toBeLessThan(8000);
      await place.close();
      expect(onDisk(B).equals(OLD)).toBe(true);

      proxy.fault = undefined;
      const again = await open({ port: proxy.port });
      await expect
        .poll(
          () =>
            again.remove(A).then(
              () => true,
              () => false,
            ),
          { timeout: 5000 },
        )
        .toBe(true);
      await again.writeNew(A, bytesOf(OLD));
      await again.replace(A, B);
      expect(readdirSync(server.folder("share"))).toEqual([B]);
      await again.close();
    });

    it("encrypted, flipping a bit is noticed as well", async () => {
      proxy.fault = { direction: "down", afterBytes: 900_000, how: "flip" };
      const place = await open({ port: proxy.port, share: "encrypted" }, QUICK);
      writeFileSync(join(server.folder("encrypted"), B), OLD);
      await expect(collectBytes(place.read(B), 1e7)).rejects.toMatchObject({ code: "PROTOCOL" });
      proxy.fault = undefined;
      await place.close();
    });
  });

  it.each(["mute", "open and forgotten", "stalled"])("lets the process end by itself: %s", async (what) => {
    const mute = await startOddServer();
    proxy.fault = what === "stalled" ? { direction: "up", afterBytes: 1_000_000, how: "stall" } : undefined;
    const port = { mute: mute.port, stalled: proxy.port }[what] ?? server.port;
    const script = `
      import { openSmbPlace } from ${JSON.stringify(pathToFileURL(join(process.cwd(), "dist/transfer/places/smb.js")).href)};
      const address = ${JSON.stringify({ ...server.address("share"), port })};
      const place = await openSmbPlace(address, { password: async () => process.env.PASSWORD, requestTimeoutMs: 400 }).catch((e) => e);
      if (place.code) { process.stdout.write(place.code); }
      else {
        process.stdout.write(String((await place.list()).length > 0));
        async function* source() { for (let i = 0; i < 40; i++) yield Buffer.alloc(100000); }
        if (${what === "stalled"}) await place.writeNew("X.TMG", source()).catch((e) => process.stdout.write(e.code));
      }`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, PASSWORD: server.password },
    });
    const said: string[] = [];
    child.stdout.on("data", (bytes) => said.push(String(bytes)));
    child.stderr.on("data", (bytes) => said.push(String(bytes)));
    const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
    const [status] = await once(child, "exit");
    clearTimeout(late);
    const expected = { mute: "CONNECT_TIMEOUT", stalled: "trueSTALLED" }[what] ?? "true";
    expect({ status, said: said.join("") }).toEqual({ status: 0, said: expected });
    proxy.fault = undefined;
    await mute.stop();
    rmSync(join(server.folder("share"), "X.TMG"), { force: true });
  });

  it("takes a folder of odd names and one that is a file for what they are", async () => {
    mkdirSync(join(server.folder("share"), "Büro Süd"));
    const place = await open({ path: "Büro Süd" });
    await place.writeNew(A, bytesOf(OLD));
    expect(existsSync(join(server.folder("share"), "Büro Süd", A))).toBe(true);
    const file = await open({ path: `Büro Süd/${A}` });
    await expect(file.list()).rejects.toMatchObject({ code: "NOT_A_FOLDER" });
    await Promise.all([place.close(), file.close()]);
  });
});
