import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { handoffFiles } from "../../../../src/push/generate/handoff/prepare.ts";
import { planHandoff, type HandoffRequest } from "../../../../src/push/generate/handoff/request.ts";

const GOLDEN = fileURLToPath(new URL("../../../../fixtures/handoff/", import.meta.url));
const RUN = "20261123-214030-k3f9";
const NOW = new Date("2026-11-23T21:40:30Z");
const REQUEST: HandoffRequest = {
  requestors: ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"],
  folder: "/media/stick",
  globalMax: true,
};

function filesFor(request: HandoffRequest = REQUEST): Map<string, Buffer> {
  const files = handoffFiles(planHandoff(request), RUN, NOW);
  return new Map([...files].map(([name, bytes]) => [name, Buffer.from(bytes)]));
}

const text = (files: Map<string, Buffer>, name: string): string => files.get(name)?.toString("latin1") ?? "";
const command = text(filesFor(), "RESYNC.CMD");
const lines = command.split("\r\n").slice(0, -1);

describe("the files of a handoff", () => {
  it("are those in fixtures/handoff, byte by byte", () => {
    const files = filesFor();
    expect([...files.keys()].toSorted()).toEqual(readdirSync(GOLDEN).toSorted());
    for (const [name, bytes] of files) expect(bytes.equals(readFileSync(`${GOLDEN}${name}`)), name).toBe(true);
  });

  it("have names that any medium keeps", () => {
    for (const name of filesFor().keys()) expect(name).toMatch(/^[A-Z0-9]{1,8}\.[A-Z]{3}$/u);
  });

  it("name the requestors in ANSI for NT 4, as Q307765 prints it: a NUL behind each, one more at the end", () => {
    const file = text(filesFor({ requestors: ["COMCFG", "DFS$"], folder: "x" }), "SET4.REG");
    expect(file).toBe(
      "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX]\r\n" +
        '"ResyncConnectionRDNs"=hex(7):43,4f,4d,43,46,47,00,44,46,53,24,00,00\r\n\r\n',
    );
  });

  it("hold one value each, because NT 4's regedit may drop what follows an extended one (Q186146)", () => {
    for (const [name, bytes] of filesFor()) {
      if (!name.endsWith(".REG")) continue;
      const content = name.includes("5.") ? bytes.toString("utf16le") : bytes.toString("latin1");
      expect(content.match(/^"/gmu), name).toHaveLength(1);
    }
  });

  it("are fewer without GlobalMaxSeqInResync, and do not mention it", () => {
    const files = filesFor({ ...REQUEST, globalMax: false });
    expect([...files.keys()].some((name) => name.startsWith("GM"))).toBe(false);
    expect(text(files, "RESYNC.CMD")).not.toMatch(/GlobalMax|GMAX/u);
  });

  it("can be in another code page, and refuse a name that it does not have", () => {
    const greek = { ...REQUEST, requestors: ["ΑΘΗΝΑ"] };
    expect(() => filesFor(greek)).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
    expect(text(filesFor({ ...greek, ansi: "windows-1253" }), "SET4.REG")).toContain("hex(7):c1,c8,c7,cd,c1,00,00");
  });

  it.each(["C:\\50%", "C:\\a&b", "C:\\a\r\nDEL *.*", 'C:\\"', "C:\\Übung"])(
    "refuse a folder that no command file can hold: %j",
    (dxadata) => {
      expect(() => filesFor({ ...REQUEST, dxadata })).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );
});

describe("the command file", () => {
  it("is ASCII with CR LF, short enough for a 1996 command interpreter", () => {
    expect(command).toMatch(/^(?:[\x20-\x7e]*\r\n)+$/u);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(128);
  });

  it("jumps only to labels that exist once, in their first eight characters too", () => {
    const labels = lines.filter((line) => line.startsWith(":")).map((line) => line.slice(1));
    const short = labels.map((label) => label.slice(0, 8));
    expect(new Set(short).size).toBe(labels.length);
    for (const [, label = ""] of command.matchAll(/\bGOTO (\w+)/gu)) expect(labels).toContain(label);
    for (const label of labels.filter((label) => label !== "NOEARLY" && label !== "STARTED")) {
      expect(command, label).toMatch(new RegExp(`\\bGOTO ${label}\\b`, "u"));
    }
  });

  it("uses only what Windows NT 4 has, without command extensions", () => {
    const known = /^(?:@?ECHO|REM|SET|IF|GOTO|VER|TYPE|FIND|START|NET|COPY|REN|DEL|FC|PING)$/u;
    for (const line of lines.filter((line) => !/^(?::|REM|@?ECHO|SET )/u.test(line))) {
      const act = line.replace(/^IF (?:NOT )?(?:ERRORLEVEL \d+|EXIST (?:"[^"]*"|\S+)|\S+==\S+) /u, "");
      for (const part of act.split("|")) expect(part.trim().split(/[ .]/u)[0], line).toMatch(known);
    }
    expect(command).not.toMatch(/SET \/A|%~|IF \/I|GEQ|DEFINED|CHOICE|SLEEP|TIMEOUT/u);
  });

  it("notes each change before it makes it, and only takes back what it noted", () => {
    const at = (line: string): number => lines.indexOf(line);
    expect(at("ECHO Ours > SET.TXT")).toBeLessThan(at("START /WAIT REGEDIT /S SET%REG%.REG"));
    expect(at("ECHO Ours > GMAX.TXT")).toBeLessThan(at("START /WAIT REGEDIT /S GMAX%REG%.REG"));
    expect(lines[at("START /WAIT REGEDIT /S CLEAR%REG%.REG") - 1]).toBe("IF ERRORLEVEL 1 GOTO GONE");
    expect(lines.slice(at(":PUTBACK"), at(":CLEARED"))).toContain("IF NOT EXIST SET.TXT GOTO CLEARED");
  });

  it("gives the list its name last of all, so that a list that came back is one whose server was put back", () => {
    const named = lines.indexOf('REN "%OUT%\\RESYNC.TMP" RESYNC.GLB');
    expect(lines.indexOf(":GMDONE")).toBeLessThan(named);
    expect(lines.indexOf("DEL SET.TXT")).toBeLessThan(named);
    expect(
      lines.slice(named + 1, lines.indexOf(":WRONGDIR")).filter((line) => !/^(?:ECHO|GOTO END)/u.test(line)),
    ).toEqual([]);
  });

  it("refuses before the first change, and puts back after it", () => {
    const first = lines.findIndex((line) => /REN "%DXADATA%|REGEDIT \/S/u.test(line));
    const targets = (from: number, to: number) =>
      lines
        .slice(from, to)
        .flatMap(
          (line) => /GOTO (NO(?:DXA|BACKUP|TRUN|MARK|TSET|STOP|START|LIST)|THERE|CUTOFF|ENDED)/u.exec(line)?.[1] ?? [],
        );
    expect(new Set(targets(0, first))).toEqual(new Set(["CUTOFF", "NODXA", "NOBACKUP", "THERE", "NOTRUN"]));
    expect(new Set(targets(first, lines.length))).toEqual(
      new Set(["NOMARK", "NOTSET", "NOSTOP", "NOSTART", "ENDED", "NOLIST"]),
    );
    for (const label of ["NOMARK", "NOTSET", "NOSTOP", "NOSTART", "ENDED", "NOLIST"])
      expect(lines[lines.indexOf(`:${label}`) + 2]).toBe("GOTO PUTBACK");
  });
});

describe("the operator's page", () => {
  it("has at most 80 columns, CR LF, and the names as they are", () => {
    const page = filesFor().get("OPERATOR.TXT")?.toString("latin1") ?? "";
    for (const line of page.split("\r\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(page).toContain("\r\n  * Büro Süd\r\n");
    expect(page.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/u);
  });
});
