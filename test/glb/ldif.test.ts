import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ldifText } from "../../src/glb/formats/ldif.ts";
import { writeTextFile } from "../../src/glb/formats/write-file.ts";
import { need } from "../support/need.ts";
import { itemsOf, joined, SAMPLE } from "./support/lists.ts";
import { peopleTexts } from "./support/people.ts";

const AWKWARD = [
  ...SAMPLE,
  "A Müller, Jürgen\tPCM:NORTH/HARBOUR/JMUELLER",
  'A #Hash, "Quote"; <a+b=c>\\\tPCM:NORTH/HARBOUR/hash\r\n- Office:/ leading blank\r\n- Fax:/not a number',
  "A : colon\tX400:c=GB;a=B T;p=X+Y;s=Smith, Jr",
  "A Faxer\tFAX:Some One~Place~Firm~1 206-5",
];

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "resync-ldif-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("LDIF", () => {
  it("names entries by their addresses, in base64 where it must be", async () => {
    const text = await joined(ldifText(await itemsOf(SAMPLE), { base: "o=Museum" }));
    expect(text).toContain("dn: uid=jmueller,ou=NORTH/HARBOUR,o=Museum\n");
    expect(text).toContain(`cn:: ${Buffer.from("Müller, Jürgen").toString("base64")}\n`);
    expect(text).toContain("telephoneNumber: (206) 635-7022\n");
    expect(text).toContain("mail: renee.lefevre@example.com\n");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(76);
  });

  it("says what it leaves out because it stands there already", async () => {
    const text = await joined(ldifText(await itemsOf(AWKWARD)));
    expect(text).toContain("# left out, it stands above: PCM:NORTH/HARBOUR/JMUELLER\n");
  });

  describe.skipIf(!need("slapadd"))("in Debian's slapd", () => {
    it.each([
      ["awkward names", AWKWARD],
      ["a thousand people", [...take(peopleTexts(), 1000)]],
    ])("slapadd takes %s, and slapcat gives them back", async (_, texts) => {
      const home = await mkdtemp(join(folder, "slapd-"));
      const config = await slapdConfig(home);
      const ldif = join(home, "list.ldif");
      await writeTextFile(ldif, ldifText(await itemsOf(texts)));
      execFileSync("/usr/sbin/slapadd", ["-f", config, "-l", ldif], { stdio: "pipe" });
      const back = execFileSync("/usr/sbin/slapcat", ["-f", config, "-o", "ldif-wrap=no"], {
        encoding: "utf8",
        stdio: "pipe",
      });
      const written = await readFile(ldif, "utf8");
      expect(back.match(/^dn:/gmu)?.length).toBe(written.match(/^dn:/gmu)?.length);
      expect(back).toContain(`cn:: ${Buffer.from("Müller").toString("base64").slice(0, 8)}`);
    });
  });
});

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}

/** A private slapd: its own configuration and database, no daemon. */
async function slapdConfig(home: string): Promise<string> {
  const data = join(home, "data");
  await mkdir(data);
  const schemas = ["core", "cosine", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema`);
  const config = join(home, "slapd.conf");
  await writeFile(
    config,
    [
      ...schemas,
      "modulepath /usr/lib/ldap",
      "moduleload back_mdb",
      "database mdb",
      'suffix "dc=msmail"',
      `directory ${data}`,
      "dbnosync",
      "",
    ].join("\n"),
  );
  return config;
}
