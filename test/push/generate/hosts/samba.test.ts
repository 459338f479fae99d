import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rmdir, stat, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  DXA_KEY,
  DXA_SERVICE,
  EXCHANGE_SETUP_KEY,
  TRIGGER_VALUE,
  type DssHost,
} from "../../../../src/push/generate/dss-host.ts";
import { openSambaHost, type SambaHostOptions } from "../../../../src/push/generate/hosts/samba.ts";
import { parseRegistryFile, valuesIn } from "../../../../src/push/generate/registry-file.ts";
import { bytesOf, collectBytes } from "../../../../src/transfer/bytes.ts";
import { placePath } from "../../../../src/transfer/place.ts";
import { startSambaNtHost, type SambaNtHost } from "../../../servers/samba-nt-host.ts";
import { diligent } from "../../../servers/samba-nt/dxa.ts";
import { obedient } from "../../../servers/samba-nt/scm.ts";
import { need, needRoot } from "../../../support/need.ts";

const GLB = placePath("Resync.glb");

describe.skipIf(!need("smbd", "net", "smbclient"))("a Samba host", () => {
  let bed: SambaNtHost;
  let host: DssHost;
  const open = (
    options: Partial<SambaHostOptions> = {},
    address: Partial<{ host: string; port: number; user: string }> = {},
  ) =>
    openSambaHost(
      { host: bed.address, port: bed.port, user: bed.user, domain: undefined, ...address },
      { password: async () => bed.password, ...options },
    );

  beforeAll(async () => {
    bed = await startSambaNtHost();
  });
  afterAll(() => bed.stop());
  beforeEach(() => {
    Object.assign(bed.scm, obedient());
    Object.assign(bed.dxa, diligent());
    host = open();
  });
  afterEach(async () => {
    await host.deleteValue(DXA_KEY, TRIGGER_VALUE);
    await host.close();
  });

  const until = async (state: string, of: DssHost = host) => {
    while ((await of.queryService(DXA_SERVICE)).state !== state);
  };

  describe("registry", () => {
    it.each([
      ["one name", ["NETWORK/PO1"]],
      ["names with blanks and umlauts", ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd", "ΑΘΗΝΑ", "日本"]],
      ["200 names", Array.from({ length: 200 }, (_, i) => `NETWORK/Postoffice number ${i + 1} “${"ü".repeat(20)}”`)],
    ])("carries %s", async (_, data) => {
      await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data });
      expect(await host.readValue(DXA_KEY, TRIGGER_VALUE)).toEqual({ type: "REG_MULTI_SZ", data });
      expect(await bed.trigger()).toEqual(data);
    });

    it("exports the key as Samba writes it", async () => {
      const bytes = await host.exportKey(DXA_KEY);
      expect(Buffer.from(bytes).toString()).toMatch(
        /^Windows Registry Editor Version 5\.00\n\n\[HKEY_LOCAL_MACHINE\\/u,
      );
      expect(valuesIn(parseRegistryFile(bytes), DXA_KEY)?.get("Start")).toEqual({ type: "REG_DWORD", data: 2 });
    });

    it("finds Exchange's folder", async () => {
      expect(await host.readValue(EXCHANGE_SETUP_KEY, "Services")).toEqual({ type: "REG_SZ", data: "C:\\exchsrvr" });
    });

    it("says of a missing key that it is missing", async () => {
      await expect(host.listValues(`${DXA_KEY}\\Nowhere`)).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: expect.stringContaining("Nowhere"),
      });
      expect(await host.readValue(`${DXA_KEY}\\Nowhere`, "X")).toBeUndefined();
    });
  });

  describe("service", () => {
    it("stops and starts, each without waiting", async () => {
      expect(await host.queryService(DXA_SERVICE)).toMatchObject({ state: "running", startType: "automatic" });
      await host.requestStop(DXA_SERVICE);
      await host.requestStop(DXA_SERVICE);
      await until("stopped");
      await host.requestStop(DXA_SERVICE);
      await host.requestStart(DXA_SERVICE);
      await host.requestStart(DXA_SERVICE);
      await until("running");
    });

    it("takes the pause control's failure for what it is", async () => {
      await host.requestPause(DXA_SERVICE);
      await expect(host.requestPause("Nonesuch")).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    it("says of a missing service that it is missing", async () => {
      for (const act of [host.queryService, host.requestStart, host.requestStop]) {
        await expect(act("Nonesuch")).rejects.toMatchObject({ code: "NOT_FOUND" });
      }
    });

    it.each([1053, 1069, 1058, 2140])("tells the number %i of a refused start", async (win32) => {
      await host.requestStop(DXA_SERVICE);
      await until("stopped");
      bed.scm.failStart = win32;
      const refused = host.requestStart(DXA_SERVICE);
      await expect(refused).rejects.toMatchObject({ code: "SERVICE_START_FAILED", exitCode: 6, facts: { win32 } });
      bed.scm.failStart = 0;
      await host.requestStart(DXA_SERVICE);
      await until("running");
    });

    it("tells the number of a refused stop", async () => {
      bed.scm.failStop = 1051;
      await expect(host.requestStop(DXA_SERVICE)).rejects.toMatchObject({
        code: "SERVICE_STOP_FAILED",
        facts: { win32: 1051 },
        state: "The service is running.",
      });
    });

    it("shows a service that stays pending, and what it refuses meanwhile", async () => {
      Object.assign(bed.scm, { stopNever: true, startNever: true });
      await host.requestStop(DXA_SERVICE);
      await host.requestStop(DXA_SERVICE);
      expect((await host.queryService(DXA_SERVICE)).state).toBe("stop-pending");
      await expect(host.requestStart(DXA_SERVICE)).rejects.toMatchObject({ facts: { win32: 1056 } });
      bed.scm.stopNever = false;
      await until("stopped");
      await host.requestStart(DXA_SERVICE);
      await host.requestStart(DXA_SERVICE);
      expect((await host.queryService(DXA_SERVICE)).state).toBe("start-pending");
      await expect(host.requestStop(DXA_SERVICE)).rejects.toMatchObject({ facts: { win32: 1061 } });
      bed.scm.startNever = false;
      await until("running");
    });
  });

  describe("folders", () => {
    it("opens Dxadata through the drive's administrative share", async () => {
      await writeFile(join(bed.dxadata, "Resync.glb"), "content");
      const place = await host.openFolder("c:\\exchsrvr\\dxadata");
      expect(await place.list()).toMatchObject([{ name: "Resync.glb", kind: "file", size: 7 }]);
      expect((await collectBytes(place.read(GLB), 100)).toString()).toBe("content");
      await place.replace(GLB, placePath("Resync.old"));
      expect(readdirSync(bed.dxadata)).toEqual(["Resync.old"]);
      await place.remove(placePath("Resync.old"));
      await place.close();
      expect(await host.readValue(DXA_KEY, "Start")).toBeDefined();
    });

    it("says of a missing share, folder and drive letter what is wrong", async () => {
      const list = async (path: string) => (await host.openFolder(path)).list();
      await expect(list("Q:\\exchsrvr")).rejects.toMatchObject({
        code: "DSS_NOT_READY",
        exitCode: 3,
        hint: expect.stringContaining("net share Q$=Q:\\"),
      });
      await expect(list("C:\\nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(list("\\\\other\\share")).rejects.toMatchObject({ code: "NAME_INVALID" });
      await expect(list("C:\\a;b")).rejects.toMatchObject({ code: "NAME_INVALID" });
    });

    it.skipIf(!needRoot())("meets a full disk as DISK_FULL and leaves nothing there", async () => {
      const place = await host.openFolder("C:\\small");
      await expect(place.writeNew(GLB, bytesOf(Buffer.alloc(200_000)))).rejects.toMatchObject({ code: "DISK_FULL" });
      expect(await place.list()).toEqual([]);
    });

    it.skipIf(!needRoot())("meets a file that another holds open as FILE_BUSY", async () => {
      Object.assign(bed.dxa, { exclusive: true, stepMs: 300 });
      await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: ["NETWORK/PO1"] });
      await host.requestStop(DXA_SERVICE);
      await until("stopped");
      await host.requestStart(DXA_SERVICE);
      const place = await host.openFolder("C:\\exchsrvr\\dxadata");
      const seen = new Set<string>();
      while (!seen.has("read")) {
        await collectBytes(place.read(GLB), 10_000).then(
          (bytes) => seen.add(bytes.length > 0 ? "read" : "empty"),
          (error: { code: string }) => seen.add(error.code),
        );
      }
      await bed.idle();
      expect(seen).toContain("FILE_BUSY");
      await expect(place.remove(GLB)).resolves.toBeUndefined();
    });

    it("tells the version of Dxa.exe, or that it has none", async () => {
      await writeFile(join(bed.drive, "exchsrvr/bin/dxa.exe"), "MZ no more than that");
      expect(await host.fileVersion("C:\\exchsrvr\\bin\\dxa.exe")).toBeUndefined();
      expect(await host.fileVersion("C:\\exchsrvr\\bin\\nowhere.exe")).toBeUndefined();
    });
  });

  describe("event logs", () => {
    const at = Math.floor(Date.now() / 1000);

    it("are read down to the mark, and no further", async () => {
      const many = Array.from({ length: 60 }, (_, index) => ({
        source: "MSExchangeDX",
        id: index,
        text: `${index}`,
        at,
      }));
      bed.events.Application.push(...many);
      const events = await host.eventsAfter({ Application: 57, System: 0 });
      expect(events.map(({ record, id, level }) => [record, id, level])).toEqual([
        [58, 57, "error"],
        [59, 58, "error"],
        [60, 59, "error"],
      ]);
      expect(events[0]?.at).toEqual(new Date(at * 1000));
    });

    it("are read down to a record that rpcclient cannot take apart", async () => {
      const { Application } = bed.events;
      Application.length = 0;
      Application.push({ source: "MSExchangeDX", id: 1, text: "older", at });
      // 56 bytes before the names, 36 of names, 8 of text: nothing to pad.
      Application.push({ source: "MSExchangeDX", id: 2, text: "abc", at, tight: true });
      Application.push({ source: "MSExchangeDX", id: 3, text: "newer", at });
      expect((await host.eventsAfter({ Application: 0, System: 0 })).map(({ id }) => id)).toEqual([3]);
      Application.pop();
      await expect(host.eventsAfter({ Application: 0, System: 0 })).rejects.toMatchObject({
        message: expect.stringContaining("The Application event log cannot be read"),
      });
      Application.length = 0;
    });

    it("that are out of reach are said to be", async () => {
      const bare = open({ rpcclientProgram: "no-such-rpcclient" });
      await expect(bare.eventMark()).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
      await bare.close();
      const stranger = open({ password: async () => "wrong" });
      await expect(stranger.eventMark()).rejects.toMatchObject({ code: "AUTH_FAILED" });
      await stranger.close();
    });
  });

  describe("who may not, and who is not there", () => {
    it("refuses a wrong password by name, for every kind of act", async () => {
      const stranger = open({ password: async () => "wrong" });
      const auth = { code: "AUTH_FAILED", exitCode: 4, message: expect.stringContaining(bed.address) };
      await expect(stranger.queryService(DXA_SERVICE)).rejects.toMatchObject(auth);
      await expect(stranger.listValues(DXA_KEY)).rejects.toMatchObject(auth);
      await expect((await stranger.openFolder("C:\\exchsrvr")).list()).rejects.toMatchObject(auth);
      await stranger.close();
    });

    it("asks for a password that is missing", async () => {
      const forgetful = open({ password: async () => undefined });
      await expect(forgetful.queryService(DXA_SERVICE)).rejects.toMatchObject({ code: "SECRET_MISSING", exitCode: 2 });
      await forgetful.close();
    });

    it.skipIf(!needRoot())("tells what an account may not do", async () => {
      bed.scm.denyUsers = ["games"];
      const limited = open({ password: async () => bed.limited?.password }, { user: "limited" });
      const denied = { code: "ACCESS_DENIED", exitCode: 3 };
      expect(await limited.readValue(DXA_KEY, "Start")).toBeDefined();
      await expect(limited.writeValue(DXA_KEY, "X", { type: "REG_DWORD", data: 1 })).rejects.toMatchObject(denied);
      await expect(limited.deleteValue(DXA_KEY, "Start")).rejects.toMatchObject(denied);
      await expect(limited.requestStop(DXA_SERVICE)).rejects.toMatchObject(denied);
      await expect((await limited.openFolder("C:\\exchsrvr")).list()).rejects.toMatchObject({ code: "ACCESS_DENIED" });
      await limited.close();
    });

    it("tells an unknown name, a closed port and a silent host apart", async () => {
      const of = async (options: Partial<SambaHostOptions>, address: { host: string; port: number }) => {
        const there = open(options, address);
        await expect(there.queryService(DXA_SERVICE)).rejects.toMatchObject({ exitCode: 4 });
        const error: unknown = await there.listValues(DXA_KEY).catch((reason: unknown) => reason);
        await there.close();
        return (error as { code: string }).code;
      };
      const silent = createServer((socket) => void socket.resume());
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const address = silent.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      expect(await of({}, { host: "nosuch.invalid", port: 445 })).toBe("HOST_NOT_FOUND");
      expect(await of({}, { host: bed.address, port: 1 })).toBe("CONNECT_REFUSED");
      expect(await of({ idleMs: 300 }, { host: "127.0.0.1", port })).toBe("STALLED");
      await new Promise((resolve) => silent.close(resolve));
    });

    it("ends a call to a service manager that never answers", async () => {
      bed.scm.hang = true;
      const patient = open({ idleMs: 500 });
      await expect(patient.queryService(DXA_SERVICE)).rejects.toMatchObject({
        code: "STALLED",
        exitCode: 4,
        message: expect.stringContaining("was ended"),
      });
      await patient.close();
    });

    it("says that the registry or the service manager is out of reach, not that a key is missing", async () => {
      const pipes = join(bed.drive, "..", "ncalrpc", "np");
      for (const [pipe, act] of [
        ["svcctl", () => host.queryService(DXA_SERVICE)],
        ["winreg", () => host.readValue(DXA_KEY, "Start")],
      ] as const) {
        await rename(join(pipes, pipe), join(pipes, "away"));
        const failure: unknown = await act().catch((reason: unknown) => reason);
        await rename(join(pipes, "away"), join(pipes, pipe));
        expect(failure).toMatchObject({ code: "DSS_UNREACHABLE", exitCode: 4 });
      }
    });

    it("says which program is missing", async () => {
      const bare = open({ netProgram: "no-such-net" });
      await expect(bare.queryService(DXA_SERVICE)).rejects.toMatchObject({ code: "PROGRAM_MISSING", exitCode: 3 });
      await bare.close();
    });
  });

  describe("secrets", () => {
    it("never stand in a process's arguments or environment, nor in errors", async () => {
      const seen: string[] = [];
      const looking = setInterval(() => seen.push(processTexts()), 3);
      const place = await host.openFolder("C:\\exchsrvr\\dxadata");
      // A busy machine may look past a program that lives for a moment only.
      const caught = () => seen.some((text) => text.includes("smbclient") && text.includes(bed.address));
      for (let round = 0; round < 30 && !caught(); round += 1) {
        await Promise.all([host.queryService(DXA_SERVICE), host.listValues(DXA_KEY), place.list()]);
      }
      const error: unknown = await host.queryService("Nonesuch").catch((reason: unknown) => reason);
      clearInterval(looking);
      await place.close();
      expect(caught()).toBe(true);
      expect(seen.filter((text) => text.includes(bed.password))).toEqual([]);
      expect(JSON.stringify(error) + String(error)).not.toContain(bed.password);
    });

    it("stand in a private folder only, and not after closing, nor for long after a kill", async () => {
      const folder = await mkdtemp(join(tmpdir(), "resync-test-"));
      vi.stubEnv("TMPDIR", folder);
      const dead = spawnSync(process.execPath, ["-e", ""]).pid;
      await mkdir(join(folder, `resync-samba-${dead}-abcdef`));
      await mkdir(join(folder, `resync-samba-${process.ppid}-abcdef`));
      const other = open();
      await other.queryService(DXA_SERVICE);
      const names = await readdir(folder);
      const [made = ""] = names.filter((name) => name.startsWith(`resync-samba-${process.pid}-`));
      expect(names.toSorted()).toEqual([made, `resync-samba-${process.ppid}-abcdef`].toSorted());
      await rmdir(join(folder, `resync-samba-${process.ppid}-abcdef`));
      expect((await stat(join(folder, made))).mode & 0o777).toBe(0o700);
      expect((await stat(join(folder, made, "password"))).mode & 0o777).toBe(0o600);
      await other.close();
      await other.close();
      expect(await readdir(folder)).toEqual([]);
      vi.unstubAllEnvs();
      await rmdir(folder);
    });
  });
});

/** Arguments and environments of all processes. */
function processTexts(): string {
  const texts: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/u.test(name))) {
    for (const file of ["cmdline", "environ"]) {
      try {
        texts.push(readFileSync(`/proc/${pid}/${file}`, "utf8"));
      } catch {
        // It ended meanwhile.
      }
    }
  }
  return texts.join("\n");
}
