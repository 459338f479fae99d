import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commands } from "../src/cli/commands.ts";
import { deliverOptions } from "../src/cli/push-options.ts";
import { loadConfigFile } from "../src/config/file.ts";
import type { OptionSpecs } from "../src/config/option.ts";
import { settingsFrom } from "../src/config/settings.ts";
import { EXIT } from "../src/errors.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "resync-docs-"));
});
afterAll(() => rm(cwd, { recursive: true }));

const page = async (name: string) => readFile(new URL(`../${name}`, import.meta.url), "utf8");

it.each(["docs/config.md", "docs/fleets.md", "docs/signatures.md"])(
  "the config files in %s can be used",
  async (name) => {
    const blocks = [...(await page(name)).matchAll(/^```yaml\n(.*?)^```$/gmsu)].map(([, yaml = ""]) => yaml);
    expect(blocks.length).toBeGreaterThan(0);
    const known = {
      commands: Object.fromEntries(commands.map((one) => [one.name, one.options])),
      perRequestor: Object.assign({}, ...commands.map(({ perRequestor }) => perRequestor)) as OptionSpecs,
    };
    for (const yaml of blocks) {
      const given = join(cwd, "resync.config.yaml");
      await writeFile(given, yaml);
      const file = await loadConfigFile({ given, cwd, home: cwd }, known);
      const settings = settingsFrom(file, { flags: {}, environment: {}, profile: undefined });
      for (const one of settings.requestors) settings.settle("push", deliverOptions, one);
    }
  },
);

it("README names every exit code", async () => {
  const text = await page("README.md");
  const named = [...text.matchAll(/^\| (\d+)(?:, (\d+))? \| /gmu)].flatMap(([, one, other]) => [one, other]);
  expect(named.filter((code) => code !== undefined).map(Number)).toEqual(Object.values(EXIT));
});
