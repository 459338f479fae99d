import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfigFile } from "../../src/config/file.ts";
import { flag, text, texts } from "../../src/config/option.ts";
import { createRedactor, requestorSecret, secretProvider } from "../../src/config/secrets.ts";
import { settingsFrom, type Settings } from "../../src/config/settings.ts";

const specs = { to: texts("places"), "sign-key": text("key") };
const known = { commands: { push: { ...specs, all: flag("all") } }, perRequestor: specs };
let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "resync-config-"));
});
afterEach(() => rm(cwd, { recursive: true }));

async function settings(yaml: string, from: Partial<Parameters<typeof settingsFrom>[1]> = {}): Promise<Settings> {
  await writeFile(join(cwd, "resync.config.yaml"), yaml);
  const file = await loadConfigFile({ given: undefined, cwd, home: join(cwd, "none") }, known);
  return settingsFrom(file, { flags: {}, environment: {}, profile: undefined, ...from });
}

const TWO =
  "requestors:\n  HARBOUR: { to: a, signKey: own.key }\n  south: { rdn: Büro Süd, alike: plants, to: [b, c] }\n";

describe("requestors in the config file", () => {
  it("are named by their entries, and by what the DSS calls them", async () => {
    const { requestors, requestor } = await settings(TWO);
    expect(requestors).toMatchObject([
      { name: "HARBOUR", rdn: "HARBOUR", alike: undefined },
      { name: "south", rdn: "Büro Süd", alike: "plants" },
    ]);
    expect(requestor("harbour").name).toBe("HARBOUR");
    expect(() => requestor("Büro Süd")).toThrow(/no requestor Büro Süd in .*resync\.config\.yaml/u);
    expect((await settings("push: {}\n")).requestors).toEqual([]);
  });

  it("may be others in a profile", async () => {
    const yaml = `${TWO}profiles:\n  night: { push: { all: true } }\n  lab:\n    requestors:\n      LAB: { to: d }\n`;
    const names = async (profile: string) => (await settings(yaml, { profile })).requestors.map(({ name }) => name);
    expect(await names("night")).toEqual(["HARBOUR", "south"]);
    expect(await names("lab")).toEqual(["LAB"]);
  });

  it("have settings that are stronger than the command's, and weaker than flags and environment", async () => {
    const yaml = `${TWO}push: { signKey: common.key }\n`;
    const key = async (name: string, from = {}) => {
      const all = await settings(yaml, from);
      return all.settle("push", specs, all.requestor(name))["sign-key"];
    };
    expect(await key("HARBOUR")).toBe("own.key");
    expect(await key("south")).toBe("common.key");
    expect(await key("HARBOUR", { environment: { RESYNC_SIGN_KEY: "env.key" } })).toBe("env.key");
    const flags = { "sign-key": "flag.key" };
    expect(await key("HARBOUR", { flags, environment: { RESYNC_SIGN_KEY: "env.key" } })).toBe("flag.key");
  });

  it("are refused with every mistake at once, each with its place", async () => {
    const yaml = `requestors:
  A: { too: x, alike: [1] }
  a: { to: y }
  B: nothing
  C: { rdn: '', to: z }
profiles:
  p: { requestors: { D: { rdn: same }, E: { rdn: SAME } } }
`;
    const error = await settings(yaml).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", exitCode: 2 });
    for (const problem of [
      /requestors\.A\.too: a requestor has no such setting/u,
      /requestors\.A\.alike/u,
      /requestors\.B must hold keys and values/u,
      /requestors\.C\.rdn .*must not be empty/u,
      /profiles\.p\.requestors\.E: profiles\.p\.requestors\.D has the same rdn/u,
    ]) {
      expect(String(error)).toMatch(problem);
    }
    await expect(settings("requestors:\n  A: { to: x }\n  a: { to: y }\n")).rejects.toMatchObject({
      message: expect.stringContaining("requestors.a: requestors.A has the same name"),
    });
    const wrong = await settings("requestors:\n  A: { to: { x: 1 } }\n");
    expect(() => wrong.settle("push", specs, wrong.requestor("A"))).toThrow(/^requestors\.A\.to in .*yaml: /u);
  });
});

it("a requestor's own secret is taken before the one that all share, and redacted", async () => {
  const redactor = createRedactor();
  const from = (environment: NodeJS.ProcessEnv) => ({ environment, ask: async () => "asked", redactor });
  const secret = async (environment: NodeJS.ProcessEnv) => {
    const shared = secretProvider("smb-password", "Password?", from(environment));
    return requestorSecret("smb-password", "North/PO1", from(environment), shared)();
  };
  const shared = { RESYNC_SMB_PASSWORD: "for all" };
  expect(await secret({ ...shared, RESYNC_NORTH_PO1_SMB_PASSWORD: "its own" })).toBe("its own");
  expect(await secret(shared)).toBe("for all");
  expect(await secret({})).toBe("asked");
  expect(redactor.redact("its own")).toBe("***");
});
