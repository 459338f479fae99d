import stringWidth from "string-width";
import { expect, it } from "vitest";
import { table } from "../../src/report/table.ts";

it("a table fits its width: words stay whole, what is longer than a line is cut and not lost", () => {
  const path = "/srv/".concat("x".repeat(60));
  const shown = table(
    ["Run", "About"],
    [
      ["a1", "Nothing is to be done about a gateway that is not there"],
      ["b2", path],
    ],
    40,
  );
  for (const line of shown.split("\n")) expect(line.length, line).toBeLessThanOrEqual(40);
  expect(shown).toContain("Nothing is to be done about a");
  expect(shown.replaceAll(/\s/gu, "")).toContain(path);
  expect(shown.split("\n")[0]).toBe("Run  About");
});

it("counts two columns for a Chinese, Japanese or Korean character, and none for a combining one", () => {
  const rows = [
    ["山田太郎", "1", "東京都千代田区の名簿にある住所".repeat(4)],
    ["Mu\u0308ller", "22", "short"],
    ["Smith", "333", "short"],
  ];
  const lines = table(["Name", "N", "About"], rows, 40).split("\n");
  for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(40);
  const column = (line: string | undefined, text: string) => stringWidth(line?.slice(0, line.indexOf(text)) ?? "");
  expect(column(lines.at(-1), "333")).toBe(column(lines[1], "1"));
  expect(column(lines.at(-2), "22")).toBe(column(lines[1], "1"));
});

it("a long table has its columns in one line throughout, and one head", () => {
  const rows = Array.from({ length: 333 }, (_, index) => [
    `${"n".repeat(index % 17)}${index}`,
    "東京".repeat(index % 3),
    "end",
  ]);
  const lines = table(["Name", "Place", "Last"], rows, 80).split("\n");
  expect(lines).toHaveLength(334);
  expect(lines.filter((line) => line.startsWith("Name"))).toHaveLength(1);
  const columns = lines.slice(1).map((line) => line.indexOf("end") + (line.match(/[東京]/gu)?.length ?? 0));
  expect(new Set(columns).size).toBe(1);
});
