import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfigFile } from "../../src/config/file.ts";
import { flag, texts } from "../../src/config/option.ts";

const to = texts("places");
const known = { commands: { push: { to, "state-timeout": flag("x") } }, perRequestor: { to } };
let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "resync-config-"));
});
afterEach(() => rm(cwd, { recursive: true }));

const load = (given?: string) => loadConfigFile({ given, cwd, home: join(cwd, "none") }, known);

describe("the config file", () => {
  it("may be missing", async () => {
    expect((await load()).part("push")).toEqual({});
  });

  it("holds a part for each command and profiles with such parts, as YAML or JSON", async () => {
    await writeFile(
      join(cwd, "resync.config.yaml"),
      "push:\n  to: [a, b]\nprofiles:\n  night:\n    push: { stateTimeout: 1 }\n",
    );
    const file = await load();
    expect(file.part("push")).toEqual({ to: ["a", "b"] });
    expect(file.profilePart("night", "push")).toEqual({ stateTimeout: 1 });
    expect(() => file.profilePart("day", "push")).toThrow(/no profile "day"/u);
    await writeFile(join(cwd, "other.json"), '{"push":{"to":["c"]}}');
    expect((await load(join(cwd, "other.json"))).part("push")).toEqual({ to: ["c"] });
  });

  it.each(["yaml", "json"])("may begin with a byte order mark, as Notepad writes it: %s", async (ending) => {
    await writeFile(join(cwd, `resync.config.${ending}`), '\ufeff{"push":{"to":["C:\\\\in"]}}');
    expect((await load()).part("push")).toEqual({ to: ["C:\\in"] });
  });

  it("is refused with every unknown command and setting at once", async () => {
    await writeFile(
      join(cwd, "resync.config.json"),
      '{"pusch":{},"push":{"too":[],"to":"a"},"profiles":{"p":{"push":{"x":1}}}}',
    );
    const error = await load().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", exitCode: 2 });
    expect(String(error)).toMatch(
      /pusch: no such command[\s\S]*push\.too: .*no such setting[\s\S]*profiles\.p\.push\.x/u,
    );
  });

  it("says what is wrong with a file that cannot be read", async () => {
    await writeFile(join(cwd, "resync.config.yaml"), "push: [unclosed\n");
    await expect(load()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(load(join(cwd, "missing.yaml"))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
