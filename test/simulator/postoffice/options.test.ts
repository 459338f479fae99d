import { describe, expect, test } from "vitest";
import { parseImportOptions } from "../../../src/simulator/postoffice/programs/options.ts";
import { testPostoffice } from "./support.ts";

function parsed(line: string): Exclude<ReturnType<typeof parseImportOptions>, string> {
  const options = parseImportOptions(line.split(" "));
  if (typeof options === "string") throw new Error(options);
  return options;
}

test.each(["import admin -ppw -q -y -dm", "import -DM ADMIN -PPW -Y -Q", "import -q -y -dM: admin -ppw"])(
  "%s: the mailbox may stand anywhere, switches in any case (Q96060, Q134228, Q117198)",
  (line) => {
    const options = parsed(line.replace("import ", ""));
    expect(options).toMatchObject({ mode: "queue", yes: true, drive: "M" });
    expect(options.mailbox?.toLowerCase()).toBe("admin");
    expect(options.password?.toLowerCase()).toBe("pw");
  },
);

test("the default drive is M (Q95939)", () => {
  expect(parsed("admin -q").drive).toBe("M");
  expect(parsed("admin -q -dP").drive).toBe("P");
});

describe("switches silently ignored (Q119016)", () => {
  test.each([
    ["-q", "-a -c -fx -gPCM -r -t -x", "queue", true],
    ["-e -fin", "-a -c -gPCM -llog -q -r -t -v -x", "export", false],
    ["-s", "-a -c -e -gPCM -q -r -t -x -fx", "resync", true],
    ["-st -fout", "-a -c -e -gPCM -q -r -t -x", "resync-text", true],
    ["-x -fout", "-a -c -r", "extract", true],
  ])("with %s: %s", (kept, ignored, mode, keepsVerbose) => {
    const options = parsed(`admin ${kept} ${ignored} -v -llog`);
    expect(options.mode).toBe(mode);
    expect({ ...options, verbose: false, log: undefined }).toEqual({ ...parsed(`admin ${kept}`), log: undefined });
    expect(options.verbose).toBe(keepsVerbose);
  });
});

test.each([
  ["-z", "Invalid option: -z"],
  ["-dC:\\MAIL", "Invalid drive: C:\\MAIL"],
  ["-x", "No file name given."],
])("admin %s is not understood", (args, says) => {
  expect(parseImportOptions(["admin", args])).toBe(says);
});

test("a folder that is no postoffice is left alone", async () => {
  await using postoffice = await testPostoffice();
  postoffice.files.remove("GLB/MASTER.GLB");
  expect(await postoffice.import("ADMIN -ppassword -q -y")).toBe("No valid postoffice found\r\n");
  expect(postoffice.log()).toEqual([]);
});
