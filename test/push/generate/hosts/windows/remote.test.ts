import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode, ResyncError } from "../../../../../src/errors.ts";
import { DXA_KEY, DXA_SERVICE, TRIGGER_VALUE, type DssHost } from "../../../../../src/push/generate/dss-host.ts";
import { generate } from "../../../../../src/push/generate/generate.ts";
import { openWindowsHost } from "../../../../../src/push/generate/hosts/windows.ts";
import { parseWindowsAddress, remoteWindows } from "../../../../../src/push/generate/hosts/windows/remote.ts";
import { parseShownKeys } from "../../../../../src/push/generate/hosts/windows/shown-keys.ts";
import { parseRegistryFile, valuesIn } from "../../../../../src/push/generate/registry-file.ts";
import { dssHostContract } from "../../../../contract/dss-host.ts";
import { masterList } from "../../../../support/master-list.ts";
import { testContext } from "../../support.ts";
import { registryOf, standInRemoteWindows, VERSION, type StandInWindows } from "./stand-in.ts";

/** The contract needs some 500 processes; its local form, of the same code, is in the ordinary suite by stand-ins and under Wine. */
if (process.env["RESYNC_LONG"] !== undefined) {
  dssHostContract("a Windows machine in the network, by stand-ins", async () => {
    const windows = await standInRemoteWindows();
    return {
      host: openWindowsHost(windows.machine),
      folder: "C:\\empty",
      put: (name, bytes) => writeFile(join(windows.folder, "c/empty", name), bytes),
      program: { path: "C:\\exchsrvr\\bin\\dxa.exe", version: VERSION },
      logEvent: (event) => windows.logEvent(event),
      codePage: "cp850",
      patienceMs: 5000,
      close: () => windows.close(),
    };
  });
}

let windows: StandInWindows;
let host: DssHost;
beforeEach(async () => {
  windows = await standInRemoteWindows();
  host = openWindowsHost(windows.machine);
});
afterEach(() => windows.close());

function generated(requestors: readonly string[], stateTimeoutMs = 20_000) {
  return async (from: DssHost = host) =>
    generate(
      from,
      {
        requestors,
        timeoutMs: 20_000,
        stateTimeoutMs,
        pollMs: 50,
        settleMs: 5,
        privateCopy: join(windows.folder, "copy.glb"),
        backupFile: join(windows.folder, "backup.reg"),
      },
      await testContext(),
    );
}

describe("a Windows machine in the network", () => {
  it("has a list written, its backup readable, and everything as it was", async () => {
    const list = await masterList(["Büro Süd"]);
    await writeFile(join(windows.folder, "list.glb"), list);
    await windows.services({ [DXA_SERVICE]: { state: 4, list: "list.glb" }, RemoteRegistry: { state: 4 } });
    const before = await registryOf(windows.folder);
    const names = ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"];
    expect(await generated(names)()).toMatchObject({ dxadata: "C:\\exchsrvr\\dxadata", dxaVersion: VERSION });
    expect(JSON.parse(await readFile(join(windows.folder, "asked.json"), "utf8"))).toEqual(names);
    expect((await readFile(join(windows.folder, "copy.glb"))).equals(list)).toBe(true);
    expect(await registryOf(windows.folder)).toEqual(before);
    const backup = parseRegistryFile(await readFile(join(windows.folder, "backup.reg")));
    expect(valuesIn(backup, DXA_KEY)?.get("Start")).toEqual({ type: "REG_DWORD", data: 2 });
  }, 60_000);

  it.each(["ΑΘΗΝΑ", "a\\0b", "two\r\nlines"])(
    "takes back %j, which reg.exe does not show as it is, and says so",
    async (name) => {
      const before = await registryOf(windows.folder);
      const error: unknown = await host
        .writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: [name] })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "NAME_INVALID", exitCode: 3, state: "The value is as it was." });
      expect(await registryOf(windows.folder)).toEqual(before);
    },
  );

  it("takes back a value over another: the other is there again", async () => {
    await host.writeValue(DXA_KEY, "X", { type: "REG_SZ", data: "Süd" });
    await expect(host.writeValue(DXA_KEY, "x", { type: "REG_SZ", data: "Ω" })).rejects.toMatchObject({
      code: "NAME_INVALID",
      message: expect.stringContaining("code page 850"),
    });
    expect(await host.readValue(DXA_KEY, "X")).toEqual({ type: "REG_SZ", data: "Süd" });
  });

  it("stores names as UTF-16, each with its NUL and one more at the end", async () => {
    await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: ["Büro Süd", "P"] });
    const bytes = Buffer.from("Büro Süd\0P\0\0", "utf16le").toString("hex");
    expect((await registryOf(windows.folder))[DXA_KEY]?.[TRIGGER_VALUE]).toEqual([7, bytes]);
  });

  it("refuses a type that reg.exe cannot be given, and a folder without a drive", async () => {
    const odd = { type: "other", number: 8, data: Uint8Array.of(1) } as const;
    await expect(host.writeValue(DXA_KEY, "X", odd)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    await expect(host.openFolder("\\\\other\\share")).rejects.toMatchObject({ code: "NAME_INVALID" });
  });
});

interface Failure {
  prepare(windows: StandInWindows): Promise<unknown>;
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly hint: RegExp;
  readonly stateTimeoutMs?: number;
}

const FOREVER = 600_000;
const dxa = (more: object) => (on: StandInWindows) => on.services({ [DXA_SERVICE]: { state: 4, ...more } });
const scm = (error: number) => async (on: StandInWindows) => {
  await on.list("hidden", ["HKEY_LOCAL_MACHINE"]);
  await writeFile(join(on.folder, "scm.json"), String(error));
};

const FAILURES: Record<string, Failure> = {
  "there is no such machine": {
    prepare: ({ folder }) => rm(folder, { recursive: true }),
    code: "DSS_UNREACHABLE",
    exitCode: 4,
    message: /windows:\/\/dss1 does not answer: error 1722/u,
    hint: /Is the name right/u,
  },
  "its network path is not found": {
    prepare: scm(53),
    code: "DSS_UNREACHABLE",
    exitCode: 4,
    message: /does not answer: error 53/u,
    hint: /SMB 1/u,
  },
  "the login is refused": {
    prepare: scm(1326),
    code: "AUTH_FAILED",
    exitCode: 4,
    message: /does not accept the login of this user: error 1326/u,
    hint: /net use \\\\dss1\\IPC\$/u,
  },
  "the user has no rights there": {
    prepare: scm(5),
    code: "ACCESS_DENIED",
    exitCode: 3,
    message: /registry cannot be opened on windows:\/\/dss1: error 5/u,
    hint: /Administrators group of dss1/u,
  },
  "Remote Registry is off": {
    prepare: (on) => on.services({ [DXA_SERVICE]: { state: 4 }, RemoteRegistry: { state: 1 } }),
    code: "DSS_UNREACHABLE",
    exitCode: 4,
    message: /its service Remote Registry is stopped/u,
    hint: /sc \\\\dss1 start RemoteRegistry/u,
  },
  "the registry of an NT 4 lets nobody in": {
    prepare: (on) => on.list("hidden", ["HKEY_LOCAL_MACHINE"]),
    code: "ACCESS_DENIED",
    exitCode: 3,
    message: /reg\.exe is not let in/u,
    hint: /Administrators group of dss1/u,
  },
  "the key may not be read": {
    prepare: (on) => on.list("hidden", [DXA_KEY]),
    code: "ACCESS_DENIED",
    exitCode: 3,
    message: /MSExchangeDX cannot be read on windows:\/\/dss1: FEHLER: Zugriff verweigert/u,
    hint: /Administrators group of dss1/u,
  },
  "the key may not be written": {
    prepare: (on) => on.list("denied", [DXA_KEY]),
    code: "ACCESS_DENIED",
    exitCode: 3,
    message: /cannot be written on windows:\/\/dss1/u,
    hint: /Administrators group of dss1.*administrator of the DSS/u,
  },
  "there is no key": {
    prepare: ({ folder }) => writeFile(join(folder, "registry.json"), `{"HKEY_LOCAL_MACHINE\\\\SYSTEM\\\\X":{}}`),
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /not installed/u,
    hint: /MS Mail Connector/u,
  },
  "there is no service": {
    prepare: (on) => on.services({}),
    code: "NOT_FOUND",
    exitCode: 3,
    message: /windows:\/\/dss1 has no service MSExchangeDX/u,
    hint: /right server/u,
  },
  "there is no Dxadata": {
    prepare: ({ folder }) => rm(join(folder, "c/exchsrvr/dxadata"), { recursive: true }),
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /there is no folder C:\\exchsrvr\\dxadata/u,
    hint: /right server/u,
  },
  "the service may not be stopped": {
    prepare: dxa({ deny: true }),
    code: "ACCESS_DENIED",
    exitCode: 3,
    message: /does not let this account stop/u,
    hint: /Administrators group of dss1/u,
  },
  "the service never stops": {
    prepare: dxa({ stopMs: FOREVER }),
    stateTimeoutMs: 1000,
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /is still stop-pending/u,
    hint: /System log/u,
  },
  "the service never starts": {
    prepare: dxa({ startMs: FOREVER }),
    stateTimeoutMs: 3000,
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /is still start-pending/u,
    hint: /System log/u,
  },
  "the service's account cannot log on": {
    prepare: dxa({ failStart: 1069 }),
    code: "SERVICE_START_FAILED",
    exitCode: 6,
    message: /error 1069: the service account could not log on/u,
    hint: /password of the Exchange service account/u,
  },
};

describe("generation on a Windows machine in the network, when", { timeout: 90_000 }, () => {
  it.each(Object.entries(FAILURES))("%s: said by its name, the registry as it was", async (_, failure) => {
    await failure.prepare(windows);
    const before = await registryOf(windows.folder).catch(() => undefined);
    const error = await generated(["Büro Süd"], failure.stateTimeoutMs)().then(
      () => undefined,
      (reason: ResyncError) => reason,
    );
    expect(error).toMatchObject({ code: failure.code, exitCode: failure.exitCode });
    expect(error?.message).toMatch(failure.message);
    expect(error?.hint).toMatch(failure.hint);
    expect(await registryOf(windows.folder).catch(() => undefined)).toEqual(before);
  });
});

describe("the address of a Windows machine", () => {
  it("is this one's or another's, in one spelling", () => {
    for (const own of ["windows:", "windows:Mail-1", "windows:MAIL-1", "windows://mail-1"])
      expect(parseWindowsAddress(own, "Mail-1"), own).toBeUndefined();
    expect(parseWindowsAddress("windows://DSS1", "Mail-1")).toBe("dss1");
    expect(parseWindowsAddress("windows://dss_1.example.org/", "Mail-1")).toBe("dss_1.example.org");
    expect(parseWindowsAddress("windows://10.0.0.7", "Mail-1")).toBe("10.0.0.7");
  });

  it.each(["dss1", "//", "//-h", "///q", "//a b", '//a"b', "//a/b", "//a\\b", "//u@h", "//h:445", "//h."])(
    "is refused as windows:%s",
    (rest) => {
      expect(() => parseWindowsAddress(`windows:${rest}`, "Mail-1")).toThrow(/is not the address/u);
    },
  );

  it("leads through the administrative share of a drive", async () => {
    const identity = { ...windows.machine, hostPath: async (path: string) => path };
    const there = remoteWindows(identity, "dss1");
    expect(await there.hostPath("d:\\exchsrvr\\dxadata")).toBe("\\\\dss1\\D$\\exchsrvr\\dxadata");
    expect(await there.hostPath("C:\\")).toBe("\\\\dss1\\C$\\");
  });
});

describe("what reg query shows of another machine", () => {
  it("is keys and values, whatever stands before the hive, and however a list ends", () => {
    const keys = parseShownKeys(
      [
        "",
        "\\\\DSS1\\HKEY_LOCAL_MACHINE\\SOFTWARE\\A",
        "    (Standard)    REG_SZ    its own",
        "    a    b    REG_MULTI_SZ    one\\0two\\0\\0",
        "    none    REG_NONE    ",
        "",
        "HKEY_LOCAL_MACHINE\\SOFTWARE\\A\\B",
      ].join("\r\n"),
    );
    expect(keys.map(({ key }) => key)).toEqual([
      "HKEY_LOCAL_MACHINE\\SOFTWARE\\A",
      "HKEY_LOCAL_MACHINE\\SOFTWARE\\A\\B",
    ]);
    expect([...(keys[0]?.values ?? [])]).toEqual([
      ["", { type: "REG_SZ", data: "its own" }],
      ["a    b", { type: "REG_MULTI_SZ", data: ["one", "two"] }],
      ["none", { type: "other", number: 0, data: new Uint8Array() }],
    ]);
  });

  it.each(["second line", "    a    REG_DWORD    1", "    a    REG_QWORD    0x1", "    a    REG_BINARY    0"])(
    "is not guessed at: %j",
    (line) => {
      expect(() => parseShownKeys(`HKEY_LOCAL_MACHINE\\A\r\n${line}`)).toThrow(/neither a key nor a value/u);
    },
  );
});
