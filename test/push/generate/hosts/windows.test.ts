import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode, ResyncError } from "../../../../src/errors.ts";
import { DXA_KEY, DXA_SERVICE, TRIGGER_VALUE, type DssHost } from "../../../../src/push/generate/dss-host.ts";
import { generate } from "../../../../src/push/generate/generate.ts";
import { openWindowsHost } from "../../../../src/push/generate/hosts/windows.ts";
import { parseEvents } from "../../../../src/push/generate/hosts/windows/events.ts";
import { parseQuery } from "../../../../src/push/generate/hosts/windows/services.ts";
import { dssHostContract } from "../../../contract/dss-host.ts";
import { testContext } from "../support.ts";
import { registryOf, standInWindows, VERSION, type StandInWindows } from "./windows/stand-in.ts";

dssHostContract("windows, by stand-ins for reg.exe and sc.exe", async () => {
  const windows = await standInWindows();
  return {
    host: openWindowsHost(windows.machine),
    folder: "C:\\empty",
    put: (name, bytes) => writeFile(join(windows.folder, "c/empty", name), bytes),
    program: { path: "C:\\exchsrvr\\bin\\dxa.exe", version: VERSION },
    logEvent: (event) => windows.logEvent(event),
    patienceMs: 5000,
    close: () => windows.close(),
  };
});

describe("a Windows host", () => {
  let windows: StandInWindows;
  let host: DssHost;
  beforeEach(async () => {
    windows = await standInWindows();
    host = openWindowsHost(windows.machine);
  });
  afterEach(() => windows.close());

  it("stores names as UTF-16, each with its NUL and one more at the end", async () => {
    await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: ["Büro Süd", "P"] });
    const bytes = Buffer.from("Büro Süd\0P\0\0", "utf16le").toString("hex");
    expect((await registryOf(windows.folder))[DXA_KEY]?.[TRIGGER_VALUE]).toEqual([7, bytes]);
  });

  it("goes by the state it reads back, not by how reg.exe ended", async () => {
    await writeFile(join(windows.folder, "grumbles.json"), "true");
    const value = { type: "REG_MULTI_SZ", data: ["Büro Süd"] } as const;
    await host.writeValue(DXA_KEY, TRIGGER_VALUE, value);
    expect(await host.readValue(DXA_KEY, TRIGGER_VALUE)).toEqual(value);
    await host.deleteValue(DXA_KEY, TRIGGER_VALUE);
    expect(await host.readValue(DXA_KEY, TRIGGER_VALUE)).toBeUndefined();
  });

  it("leaves no temporary file behind", async () => {
    await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: ["P"] });
    await host.exportKey(DXA_KEY);
    await expect(host.exportKey(`${DXA_KEY}\\No`)).rejects.toMatchObject({ code: "NOT_FOUND", exitCode: 3 });
    expect(await readdir(join(windows.folder, "c/temp"))).toEqual([]);
  });

  it("tells a key that may not be read or changed from one that is not there, though reg.exe says both in German", async () => {
    await windows.list("denied", [DXA_KEY]);
    const denied = { code: "ACCESS_DENIED", hint: expect.stringContaining("Administrators") };
    await expect(host.writeValue(DXA_KEY, "X", { type: "REG_DWORD", data: 1 })).rejects.toMatchObject(denied);
    await expect(host.deleteValue(DXA_KEY, "Start")).rejects.toMatchObject(denied);
    await host.deleteValue(DXA_KEY, "X");
    await windows.list("hidden", [DXA_KEY]);
    await expect(host.listValues(DXA_KEY)).rejects.toMatchObject({
      code: "ACCESS_DENIED",
      message: expect.stringContaining("Zugriff"),
    });
  });

  it.each([1053, 1069, 1058])(
    "tells the number %i of a refused start, whatever words stand around it",
    async (win32) => {
      await windows.services({ [DXA_SERVICE]: { state: 1, failStart: win32 } });
      await expect(host.requestStart(DXA_SERVICE)).rejects.toMatchObject({
        code: "SERVICE_START_FAILED",
        exitCode: 6,
        facts: { win32 },
        state: "The service is stopped.",
      });
    },
  );

  it("tells the number of a refused stop, and who may not ask", async () => {
    await windows.services({ [DXA_SERVICE]: { state: 4, failStop: 1051 } });
    await expect(host.requestStop(DXA_SERVICE)).rejects.toMatchObject({
      code: "SERVICE_STOP_FAILED",
      facts: { win32: 1051 },
    });
    await windows.services({ [DXA_SERVICE]: { state: 4, deny: true } });
    await expect(host.requestStop(DXA_SERVICE)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    await expect(host.requestPause(DXA_SERVICE)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  it("takes no refusal for one while the service is on its way", async () => {
    await windows.services({ [DXA_SERVICE]: { state: 3 } });
    await host.requestStop(DXA_SERVICE);
    await windows.services({ [DXA_SERVICE]: { state: 2 } });
    await host.requestStart(DXA_SERVICE);
    await expect(host.requestStop(DXA_SERVICE)).rejects.toMatchObject({ facts: { win32: 1061 } });
  });

  it("takes the pause control's failure for what it is", async () => {
    await host.requestPause(DXA_SERVICE);
    await expect(host.requestPause("Nonesuch")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("tells with what a service ended", async () => {
    await windows.services({ [DXA_SERVICE]: { state: 1, exit: 1067 } });
    expect(await host.queryService(DXA_SERVICE)).toEqual({
      state: "stopped",
      startType: "automatic",
      win32ExitCode: 1067,
    });
  });

  it("cannot tell events without a wevtutil.exe, and passes over what is no event", async () => {
    const command = () => ["no-such-wevtutil.exe"] as const;
    const old = openWindowsHost({ ...windows.machine, command });
    await expect(old.eventMark()).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
    expect(parseEvents("System", "<Event><System></System></Event> \ufeff<Event")).toEqual([]);
    expect(parseEvents("System", "")).toEqual([]);
  });

  it("ends a program that hangs, and says which one is missing", async () => {
    const hanging = openWindowsHost(
      { ...windows.machine, command: () => [process.execPath, "-e", "setInterval(() => {}, 1000)"] },
      { timeoutMs: 300 },
    );
    await expect(hanging.queryService(DXA_SERVICE)).rejects.toMatchObject({ code: "STALLED", exitCode: 4 });
    const bare = openWindowsHost({ ...windows.machine, command: () => ["no-such-reg.exe"] });
    await expect(bare.listValues(DXA_KEY)).rejects.toMatchObject({ code: "PROGRAM_MISSING", exitCode: 3 });
  });
});

describe("generation on a Windows host, when", () => {
  const FAILURES: Record<
    string,
    {
      prepare(windows: StandInWindows): Promise<unknown>;
      code: ErrorCode;
      exitCode: number;
      message: RegExp;
      hint: RegExp;
    }
  > = {
    "the key may not be written": {
      prepare: (windows) => windows.list("denied", [DXA_KEY]),
      code: "ACCESS_DENIED",
      exitCode: 3,
      message: /cannot be written on windows:stand-in/u,
      hint: /elevated prompt.*administrator of the DSS/u,
    },
    "the key may not be read": {
      prepare: (windows) => windows.list("hidden", [DXA_KEY]),
      code: "ACCESS_DENIED",
      exitCode: 3,
      message: /cannot be read on windows:stand-in: FEHLER: Zugriff verweigert/u,
      hint: /elevated prompt/u,
    },
    "the service may not be stopped": {
      prepare: (windows) => windows.services({ [DXA_SERVICE]: { state: 4, deny: true } }),
      code: "ACCESS_DENIED",
      exitCode: 3,
      message: /does not let this account stop the service MSExchangeDX/u,
      hint: /elevated prompt/u,
    },
    "others depend on the service": {
      prepare: (windows) => windows.services({ [DXA_SERVICE]: { state: 4, failStop: 1051 } }),
      code: "SERVICE_STOP_FAILED",
      exitCode: 6,
      message: /error 1051: other services depend on it/u,
      hint: /none should/u,
    },
    "the service's account cannot log on": {
      prepare: (windows) => windows.services({ [DXA_SERVICE]: { state: 4, failStart: 1069 } }),
      code: "SERVICE_START_FAILED",
      exitCode: 6,
      message: /error 1069: the service account could not log on/u,
      hint: /password of the Exchange service account/u,
    },
    "the service is not there": {
      prepare: (windows) => windows.services({}),
      code: "NOT_FOUND",
      exitCode: 3,
      message: /has no service MSExchangeDX/u,
      hint: /right server/u,
    },
  };

  it.each(Object.entries(FAILURES))("%s: said by its name, the registry as it was", async (_, failure) => {
    const windows = await standInWindows();
    try {
      await failure.prepare(windows);
      const before = await registryOf(windows.folder);
      const request = {
        requestors: ["Büro Süd"],
        timeoutMs: 1000,
        stateTimeoutMs: 5000,
        pollMs: 5,
        privateCopy: join(windows.folder, "copy.glb"),
        backupFile: join(windows.folder, "backup.reg"),
      };
      const error = await generate(openWindowsHost(windows.machine), request, await testContext()).then(
        () => undefined,
        (reason: ResyncError) => reason,
      );
      expect(error).toMatchObject({ code: failure.code, exitCode: failure.exitCode });
      expect(error?.message).toMatch(failure.message);
      expect(error?.hint).toMatch(failure.hint);
      expect(await registryOf(windows.folder)).toEqual(before);
    } finally {
      await windows.close();
    }
  });
});

describe("what sc query prints", () => {
  const printed = (words: readonly string[], state: number, exit: number): string =>
    [
      "",
      `${words[0]}: MSExchangeDX `,
      `        ${words[1]}               : 110  WIN32_OWN_PROCESS  (interactive)`,
      `        ${words[2]}              : ${state}  XYZ `,
      "                                (NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN))",
      `        ${words[3]}    : ${exit}  (0x0)`,
      `        ${words[4]}  : 0  (0x0)`,
    ].join("\r\n");

  it.each([
    [["SERVICE_NAME", "TYPE", "STATE", "WIN32_EXIT_CODE", "SERVICE_EXIT_CODE"]],
    [["NOM_SERVICE", "TYPE", "\x90TAT", "CODE_SORTIE_WIN32", "CODE_SORTIE_SERVICE"]],
    [["\x8f\xe0\xa2", "\x92\xa8\xaf", "\x91\xae\xe1\xe2", "\x8a\xae\xa4", "\x8a"]],
  ])("is read by the places of its numbers: %s", (words) => {
    expect(parseQuery(printed(words, 4, 0))).toEqual({ state: "running", win32ExitCode: 0 });
    expect(parseQuery(printed(words, 1, 1069))).toEqual({ state: "stopped", win32ExitCode: 1069 });
    expect(parseQuery(printed(words, 7, 0))?.state).toBe("paused");
  });

  it("is unknown when there is no state", () => {
    expect(parseQuery("[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n")).toBeUndefined();
    expect(parseQuery("")).toBeUndefined();
    expect(parseQuery(printed(["A", "B", "C", "D", "E"], 9, 0))).toBeUndefined();
  });
});
