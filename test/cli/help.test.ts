import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { parseCommandLine } from "../../src/cli/parser.ts";

async function help(...argv: string[]): Promise<string> {
  const parsed = await parseCommandLine([...argv, "--help"], commands);
  if (parsed.kind !== "help") throw new Error("no help");
  return parsed.text;
}

describe("the help", () => {
  it("lists every command", async () => {
    const text = await help();
    for (const { name } of commands) expect(text).toContain(`resync ${name.split(" ")[0]}`);
  });

  it.each(commands.map(({ name }) => [name]))(
    "of %s fits 80 columns, and has exit status and examples",
    async (name) => {
      const text = await help(...name.split(" "));
      for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
      expect(text).toContain("Exit status:");
      expect(text).toContain("Examples:");
      expect(text).toContain("Common options:");
    },
  );
});

describe("the command line", () => {
  it("refuses what no command knows, with a hint", async () => {
    const refused = { code: "USAGE", exitCode: 2 };
    await expect(parseCommandLine([], commands)).rejects.toMatchObject(refused);
    await expect(parseCommandLine(["histroy"], commands)).rejects.toMatchObject({
      ...refused,
      message: "Did you mean history?",
    });
    await expect(parseCommandLine(["history", "--limt", "3"], commands)).rejects.toMatchObject(refused);
    await expect(parseCommandLine(["history", "extra"], commands)).rejects.toMatchObject(refused);
    await expect(parseCommandLine(["history", "--limit"], commands)).rejects.toMatchObject(refused);
  });

  it("gives only what was said, so that file and environment can say the rest", async () => {
    const parsed = await parseCommandLine(["history", "--limit", "3", "--json"], commands);
    expect(parsed).toMatchObject({ kind: "command", flags: { limit: "3", json: true } });
    expect(parsed.kind === "command" && Object.keys(parsed.flags).toSorted()).toEqual(["json", "limit"]);
  });
});
