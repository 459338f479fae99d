import iconv from "iconv-lite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  DXA_KEY,
  DXA_SERVICE,
  type DssHost,
  type HostEvent,
  type RegistryValue,
  type ServiceState,
} from "../../src/push/generate/dss-host.ts";
import { sameValue } from "../../src/push/generate/registry-data.ts";
import { parseRegistryFile, valuesIn } from "../../src/push/generate/registry-file.ts";
import { collectBytes } from "../../src/transfer/bytes.ts";
import { placePath } from "../../src/transfer/place.ts";

/** A host under test, its service running, and a way round it. */
export interface DssHostBed {
  readonly host: DssHost;
  /** Windows path of a folder of the host, empty. */
  readonly folder: string;
  /** Puts a file into that folder without the host. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** A program with a version, or `undefined` where the host cannot tell versions. */
  readonly program: { readonly path: string; readonly version: string } | undefined;
  /** Has the host log an event; `undefined` where the host's log cannot be read, or not be written by a test. */
  logEvent?(event: Pick<HostEvent, "log" | "source" | "id" | "text">): Promise<void>;
  /** The code page beyond which this host refuses strings; it takes all when left out. */
  readonly codePage?: string;
  /** Longest time a stop or a start takes, in milliseconds. */
  readonly patienceMs: number;
  close(): Promise<void>;
}

const NAME = "ResyncContractTest";
const NO_KEY = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\ResyncNoSuchService";

const VALUES: readonly [string, RegistryValue][] = [
  ["a string", { type: "REG_SZ", data: "C:\\exchsrvr\\dxadata" }],
  ["an empty string", { type: "REG_SZ", data: "" }],
  ["a string with quotes, percent signs and blanks at its ends", { type: "REG_SZ", data: ' say "50 %", it = C:\\ ' }],
  ["a string beyond ASCII", { type: "REG_SZ", data: "Büro Süd – Größe Ærø" }],
  ["an expandable string", { type: "REG_EXPAND_SZ", data: "%SystemRoot%\\system32\\ä.dll" }],
  ["one name", { type: "REG_MULTI_SZ", data: ["NETWORK/PO1"] }],
  [
    "names beyond ASCII",
    { type: "REG_MULTI_SZ", data: ["Büro Süd", "Dirsync Requestor 2", 'Ærø; "quoted" \\ %PATH%'] },
  ],
  [
    "200 names",
    { type: "REG_MULTI_SZ", data: Array.from({ length: 200 }, (_, index) => `NETWORK/Postoffice ${index} ß`) },
  ],
  ["no name at all", { type: "REG_MULTI_SZ", data: [] }],
  ["0", { type: "REG_DWORD", data: 0 }],
  ["1", { type: "REG_DWORD", data: 1 }],
  ["the largest DWORD", { type: "REG_DWORD", data: 0xffff_ffff }],
  ["bytes", { type: "other", number: 3, data: Uint8Array.of(0, 1, 127, 128, 255, 13, 10) }],
];

/** What every `DssHost` promises (src/push/generate/dss-host.ts). `open` makes a fresh host for each test. */
export function dssHostContract(name: string, open: () => Promise<DssHostBed>): void {
  describe(`the contract of a DSS host: ${name}`, () => {
    let bed: DssHostBed;
    let host: DssHost;
    beforeEach(async () => {
      bed = await open();
      host = bed.host;
    });
    afterEach(async () => {
      await host.close();
      await host.close();
      await bed.close();
    });

    it("has a label", () => {
      expect(host.label).toMatch(/^[a-z]+:./u);
    });

    describe("registry", () => {
      it.each(VALUES)("gives back %s as it was written, or refuses it whole", async (_what, value) => {
        if (!fits(value, bed.codePage)) {
          await expect(host.writeValue(DXA_KEY, NAME, value)).rejects.toMatchObject({ code: "NAME_INVALID" });
          expect(await host.readValue(DXA_KEY, NAME)).toBeUndefined();
          return;
        }
        await host.writeValue(DXA_KEY, NAME, value);
        expect(await host.readValue(DXA_KEY, NAME)).toEqual(value);
        expect((await host.listValues(DXA_KEY)).get(NAME)).toEqual(value);
      });

      it("overwrites a value, its type too", async () => {
        await host.writeValue(DXA_KEY, NAME, { type: "REG_SZ", data: "first" });
        await host.writeValue(DXA_KEY, NAME, { type: "REG_DWORD", data: 7 });
        expect(await host.readValue(DXA_KEY, NAME)).toEqual({ type: "REG_DWORD", data: 7 });
      });

      it("finds names and keys in any case", async () => {
        await host.writeValue(DXA_KEY, NAME, { type: "REG_SZ", data: "here" });
        expect(await host.readValue(DXA_KEY.replace("SYSTEM", "System") as typeof DXA_KEY, NAME.toUpperCase())).toEqual(
          {
            type: "REG_SZ",
            data: "here",
          },
        );
      });

      it("knows neither a value nor a key that is not there", async () => {
        expect(await host.readValue(DXA_KEY, NAME)).toBeUndefined();
        expect(await host.readValue(NO_KEY, NAME)).toBeUndefined();
        await expect(host.listValues(NO_KEY)).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(host.exportKey(NO_KEY)).rejects.toMatchObject({ code: "NOT_FOUND" });
      });

      it("makes no key on the way to a value", async () => {
        await expect(host.writeValue(NO_KEY, NAME, { type: "REG_SZ", data: "" })).rejects.toMatchObject({
          code: "NOT_FOUND",
        });
        await expect(host.listValues(NO_KEY)).rejects.toMatchObject({ code: "NOT_FOUND" });
      });

      it("removes a value, and does nothing when there is none", async () => {
        await host.writeValue(DXA_KEY, NAME, { type: "REG_MULTI_SZ", data: ["A", "B"] });
        await host.deleteValue(DXA_KEY, NAME);
        expect(await host.readValue(DXA_KEY, NAME)).toBeUndefined();
        await host.deleteValue(DXA_KEY, NAME);
      });

      it("leaves the other values alone", async () => {
        const before = await host.listValues(DXA_KEY);
        await host.writeValue(DXA_KEY, NAME, { type: "REG_MULTI_SZ", data: ["A"] });
        await host.deleteValue(DXA_KEY, NAME);
        expect(await host.listValues(DXA_KEY)).toEqual(before);
      });

      it("exports a key as a .REG file that holds the same values", async () => {
        for (const [index, [, value]] of VALUES.entries())
          if (fits(value, bed.codePage)) await host.writeValue(DXA_KEY, `${NAME}${index}`, value);
        await host.writeValue(DXA_KEY, `${NAME} "quoted" \\`, { type: "REG_SZ", data: "x" });
        const saved = valuesIn(parseRegistryFile(await host.exportKey(DXA_KEY)), DXA_KEY);
        const present = await host.listValues(DXA_KEY);
        expect(saved?.size).toBe(present.size);
        for (const [name, value] of present) expect(sameValue(saved?.get(name), value), name).toBe(true);
      });
    });

    describe("service", () => {
      const until = async (state: ServiceState): Promise<void> => {
        await expect
          .poll(async () => (await host.queryService(DXA_SERVICE)).state, { timeout: bed.patienceMs, interval: 5 })
          .toBe(state);
      };

      it("tells state and start type", async () => {
        expect(await host.queryService(DXA_SERVICE)).toMatchObject({ state: "running", startType: "automatic" });
      });

      it("stops and starts, and does nothing when that is done already", async () => {
        await host.requestStop(DXA_SERVICE);
        await until("stopped");
        await host.requestStop(DXA_SERVICE);
        await host.requestStart(DXA_SERVICE);
        await until("running");
        await host.requestStart(DXA_SERVICE);
        expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
      });

      it("does not know a service that is not there", async () => {
        await expect(host.queryService("ResyncNoSuchService")).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(host.requestStart("ResyncNoSuchService")).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(host.requestStop("ResyncNoSuchService")).rejects.toMatchObject({ code: "NOT_FOUND" });
      });
    });

    describe("folders", () => {
      it("opens a folder as a place", async () => {
        await bed.put("Resync.glb", Buffer.from("twelve bytes"));
        const place = await host.openFolder(bed.folder);
        try {
          expect(await place.list()).toMatchObject([{ name: "Resync.glb", kind: "file", size: 12 }]);
          await place.replace(placePath("Resync.glb"), placePath("RS112321.40A"));
          expect(String(await collectBytes(place.read(placePath("RS112321.40A")), 100))).toBe("twelve bytes");
          await place.remove(placePath("RS112321.40A"));
          expect(await place.list()).toEqual([]);
        } finally {
          await place.close();
        }
      });

      it("does not open a folder that is not there", async () => {
        const look = async (): Promise<unknown> => (await host.openFolder(`${bed.folder}\\nosuch`)).list();
        await expect(look()).rejects.toMatchObject({ code: "NOT_FOUND" });
      });
    });

    it("tells a program's version, where it can", async () => {
      if (bed.program === undefined) expect(host.capabilities.fileVersion).toBe(false);
      else {
        expect(await host.fileVersion(bed.program.path)).toBe(bed.program.version);
        expect(await host.fileVersion(`${bed.folder}\\nosuch.exe`)).toBeUndefined();
      }
    });

    it("tells how much room a disk has, where it can", async () => {
      if (!host.capabilities.freeSpace) await expect(host.freeBytes(bed.folder)).rejects.toThrow("capabilities");
      else expect(await host.freeBytes(bed.folder)).toBeGreaterThan(0);
    });

    it("tells events behind a mark, where it can", async () => {
      if (!host.capabilities.eventLog) {
        await expect(host.eventMark()).rejects.toThrow("capabilities");
        return;
      }
      if (bed.logEvent === undefined) {
        expect(await host.eventsAfter(await host.eventMark())).toEqual([]);
        return;
      }
      await bed.logEvent({ log: "Application", source: "MSExchangeDX", id: 134, text: "before the mark" });
      const mark = await host.eventMark();
      expect(await host.eventsAfter(mark)).toEqual([]);
      await bed.logEvent({ log: "Application", source: "MSExchangeDX", id: 268, text: "Error 28; Büro\r\nSüd 'x'" });
      await bed.logEvent({ log: "System", source: "Service Control Manager", id: 7000, text: "a service" });
      await bed.logEvent({ log: "Application", source: "ESE97", id: 124, text: "" });
      const events = await host.eventsAfter(mark);
      const shown = events.map(({ log, record, source, id, text }) => ({
        log,
        behind: record - mark[log],
        source,
        id,
        text,
      }));
      expect(shown).toEqual(
        expect.arrayContaining([
          { log: "Application", behind: 1, source: "MSExchangeDX", id: 268, text: "Error 28; Büro\r\nSüd 'x'" },
          { log: "Application", behind: 2, source: "ESE97", id: 124, text: "" },
          { log: "System", behind: 1, source: "Service Control Manager", id: 7000, text: "a service" },
        ]),
      );
      expect(shown).toHaveLength(3);
      expect(events.every(({ at }) => Math.abs(at.getTime() - Date.now()) < 86_400_000)).toBe(true);
      // A cleared log begins at 1 again; nothing of it is lost.
      const beyond = { Application: mark.Application + 1000, System: mark.System };
      expect((await host.eventsAfter(beyond)).map(({ id }) => id)).toEqual(
        expect.arrayContaining([134, 268, 124, 7000]),
      );
    });
  });
}

function fits(value: RegistryValue, codePage: string | undefined): boolean {
  if (codePage === undefined || value.type === "REG_DWORD" || value.type === "other") return true;
  const text = String(value.data);
  return iconv.decode(iconv.encode(text, codePage), codePage) === text;
}
