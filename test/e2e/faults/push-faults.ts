import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERROR_EXIT, EXIT, type ErrorCode } from "../../../src/errors.ts";
import { bytesOf, localBytes } from "../../../src/transfer/bytes.ts";
import { fingerprint } from "../../../src/transfer/digest.ts";
import { GLB_NAME, MANIFEST_NAME } from "../../../src/transfer/names.ts";
import { placePath, type Place } from "../../../src/transfer/place.ts";
import { startTcpProxy, type LineFault } from "../../servers/tcp-proxy.ts";
import { makeBench, ndjson, type Bench } from "../program.ts";
import { WAYS, type FolderKind, type Way, type WayName } from "./ways.ts";

/** Something that is wrong while a list is pushed to where an earlier one stands. */
interface Fault {
  /** `mended`: noticed, said as a warning, and the next of the four tries delivers. */
  readonly code: ErrorCode | Record<WayName, ErrorCode | "mended">;
  /** In the message or the hint, or in the warning. */
  readonly says: RegExp;
  readonly host?: string;
  readonly port?: number;
  readonly below?: string;
  readonly line?: LineFault;
  readonly password?: "wrong" | "late";
  readonly folder?: FolderKind;
}

interface Event {
  readonly type: string;
  readonly text?: string;
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly hint?: string } | null;
}

/** Half of the list has passed. */
const HALF = 170_000;
const cut = (how: LineFault["how"], afterBytes = HALF): LineFault => ({ direction: "up", afterBytes, how });

const FAULTS: Record<string, Fault> = {
  "nobody listens": { port: 1, code: "CONNECT_REFUSED", says: /refuse/iu },
  "the host is unknown": { host: "no-such-host.invalid", code: "HOST_NOT_FOUND", says: /no address|unknown|spelling/u },
  "the server is mute": {
    line: cut("stall", 0),
    code: { sftp: "CONNECT_TIMEOUT", smb: "CONNECT_TIMEOUT", smb1: "STALLED" },
    says: /says nothing|not answered|heard nothing/u,
  },
  "the line stalls in the middle": {
    line: cut("stall"),
    code: "STALLED",
    says: /no answer|not answered|heard nothing/u,
  },
  "RST in the middle": { line: cut("reset"), code: "CONNECTION_LOST", says: /lost|broke off|CONNECTION/u },
  "FIN in the middle": { line: cut("finish"), code: "CONNECTION_LOST", says: /lost|broke off|CONNECTION/u },
  "a bit is flipped": {
    line: cut("flip"),
    code: { sftp: "CONNECTION_LOST", smb: "mended", smb1: "VERIFY_FAILED" },
    says: /broke off|changed on the way|gives back something else/u,
  },
  "the password is wrong": { password: "wrong", code: "AUTH_FAILED", says: /password/u },
  "the password has expired": {
    password: "late",
    code: { sftp: "PROTOCOL", smb: "AUTH_FAILED", smb1: "AUTH_FAILED" },
    says: /expired|must be changed/u,
  },
  "the folder is missing": {
    below: "/nowhere",
    code: "NOT_FOUND",
    says: /does not exist|nothing under this name|not there/u,
  },
  "nothing may be written": { folder: "locked", code: "ACCESS_DENIED", says: /denie|may not|ACCESS_DENIED/u },
  "the disk is full": { folder: "small", code: "DISK_FULL", says: /full|does not fit|DISK_FULL/u },
  "a folder has the name": { folder: "taken", code: "IS_A_FOLDER", says: /is a folder/u },
};

/** Seconds that the program may take in all, four tries and their pauses included, on a machine that is busy; smbclient is started for each act. */
const LIMIT_S: Record<WayName, number> = { sftp: 60, smb: 60, smb1: 150 };
const asRoot = process.getuid?.() === 0;
const needsRoot = (fault: Fault): boolean => fault.password !== undefined || fault.folder !== undefined;

/** Every fault, while the program itself pushes this way to a real server. */
export function pushFaults(name: WayName): void {
  describe(`a push to ${name}`, () => {
    const { there, start } = WAYS[name];
    const possible = there();
    let bench: Bench;
    let way: Way;
    let newList: string;
    beforeAll(async () => {
      if (!possible) return;
      [bench, way] = await Promise.all([makeBench(), start()]);
      for (const [list, entries] of [
        ["old", "50"],
        ["new", "5000"],
      ] as const) {
        await mkdir(bench.path(list));
        await bench.resync(["simulate", "dss", `${list}-dss`, "--entries", entries]);
        const made = ["--poll", "50ms", "--settle", "50ms", "--keep", "--to", list];
        await bench.resync(["push", "--dss", `simulated:${list}-dss`, "--requestor", "HARBOUR", ...made]);
      }
      newList = (await fingerprint(localBytes(bench.path("new", GLB_NAME)))).sha256;
    });
    afterAll(async () => {
      await way?.stop();
      await bench?.close();
    });

    const cases = Object.entries(FAULTS).filter(([, fault]) => asRoot || !needsRoot(fault));
    describe.skipIf(!possible)("while", () => {
      it.concurrent.each(cases)(
        "%s: the right word, in time, the old list whole, and nothing left behind afterwards",
        async (what, fault) => {
          const folder = what.replaceAll(" ", "-");
          const address = way.folder(fault.folder ?? "open", folder);
          const place = await way.open(address);
          const before = await prepare(place, fault);
          const proxy = await startTcpProxy(way.port);
          proxy.fault = fault.line;
          const { flags, env } = way.login(fault.password === "late" ? "right" : fault.password);

          const started = performance.now();
          const failed = await push(withFault(address, fault, proxy.port), `${folder}-state`, flags, env);
          expect((performance.now() - started) / 1000).toBeLessThan(LIMIT_S[name]);
          const code = typeof fault.code === "string" ? fault.code : fault.code[name];
          const expected =
            code === "mended" ? [undefined, EXIT.done] : [code, expect.toBeOneOf([ERROR_EXIT[code], EXIT.connection])];
          expect([failed.code, failed.exitCode]).toEqual(expected);
          expect(failed.words).toMatch(fault.says);
          expect(failed.words).not.toContain("defect of resync");
          if (code === "mended") return expect(await contents(place)).toMatchObject({ [GLB_NAME]: newList });
          expect(await contents(place)).toMatchObject(before);

          if (fault.line !== undefined) {
            const { flags, env } = way.login();
            expect(await push(address, `${folder}-again`, flags, env)).toMatchObject({ code: undefined, exitCode: 0 });
            expect(await contents(place)).toEqual({ [GLB_NAME]: newList, [MANIFEST_NAME]: expect.any(String) });
          } else expect(await contents(place)).toEqual(before);
          await Promise.all([place.close(), proxy.stop()]);
        },
        240_000,
      );
    });

    /** Puts the old list there, or what else a fault wants, and returns what stands there then. */
    async function prepare(place: Place, fault: Fault): Promise<Record<string, string>> {
      if (fault.folder === "locked" || fault.folder === "taken") return contents(place);
      for (const file of [GLB_NAME, MANIFEST_NAME]) await place.writeNew(file, localBytes(bench.path("old", file)));
      // Leaves the small disk room for less than the new list.
      if (fault.folder === "small") await place.writeNew(placePath("FILLER"), bytesOf(Buffer.alloc(8_150_000)));
      return contents(place);
    }

    async function push(to: string, state: string, flags: readonly string[], env: Record<string, string>) {
      const from = ["--no-generate", "--keep", "--dss", "simulated:new-dss", "--requestor", "HARBOUR"];
      const times = ["--connect-timeout", "5s", "--stall-timeout", "2s"];
      const { exitCode, stdout } = await bench.resync(["push", ...from, "--to", to, ...times, ...flags, "--json"], {
        ...env,
        RESYNC_STATE_DIR: bench.path(state),
      });
      const events = ndjson(stdout) as unknown as Event[];
      const error = events.findLast((event) => event.error)?.error;
      const warnings = events.filter(({ type }) => type === "warning").map(({ text }) => text);
      return { exitCode, code: error?.code, words: [error?.message, error?.hint, ...warnings].join(" ") };
    }

    function withFault(address: string, { host, port, below = "", password, line }: Fault, proxyPort: number): string {
      const url = new URL(address);
      if (host !== undefined) url.hostname = host;
      if (line !== undefined) url.port = String(proxyPort);
      if (port !== undefined) url.port = String(port);
      if (password === "late") url.username = way.lateUser;
      return `${url.href}${below}`;
    }
  });
}

/** The files of a place by name, as their SHA-256. */
async function contents(place: Place): Promise<Record<string, string>> {
  const files = (await place.list()).filter(({ kind }) => kind === "file").map(({ name }) => placePath(name));
  const read = files.map(async (name) => [name, (await fingerprint(place.read(name))).sha256] as const);
  return Object.fromEntries(await Promise.all(read));
}
