import { describe, expect, it } from "vitest";
import { listWarnings } from "../../src/glb/warnings.ts";
import { insideOf, SAMPLE } from "./support/lists.ts";

/** Message numbers and texts of everything wrong in a list with these texts. */
async function problemsOf(texts: readonly string[]): Promise<[number, string][]> {
  const { summary } = await insideOf(texts);
  return summary.problems.flatMap(({ message, examples }) =>
    examples.map(({ problem }): [number, string] => [message, `${problem.line}:${problem.column} ${problem.text}`]),
  );
}

describe("what only the list as a whole shows", () => {
  it("a name that comes twice: 27, also behind details, not behind a new R", async () => {
    const list = [
      "R PCM:N/P",
      "A Ann\tPCM:N/P/ann",
      "A Ben\tPCM:N/P/ben\r\n- Phone:/1",
      "A Ann\tPCM:N/P/ann2",
      "A Ben\tPCM:N/P/ben2\r\n- Phone:/2",
      "A Ann\tPCM:N/OTHER/ann",
      "R PCM:N/P",
      "A Ann\tPCM:N/P/ann3",
    ];
    expect(await problemsOf(list)).toEqual([
      [27, '1:3 The name "Ann" stands in the list PCM:N/P already.'],
      [27, '1:3 The name "Ben" stands in the list PCM:N/P already.'],
    ]);
  });

  it("a change or delete of a name that a replaced list does not have: 29", async () => {
    const list = [
      "R PCM:N/P",
      "A Ann\tPCM:N/P/ann",
      "M Ann\tPCM:N/P/ann\r\n  Anna\tPCM:N/P/ann",
      "D Anna\tPCM:N/P/ann",
      "D Ben\tPCM:N/P/ben",
      "D Cat\tPCM:N/NOT/cat",
    ];
    expect(await problemsOf(list)).toEqual([[29, '1:3 The name "Ben" does not stand in the list PCM:N/P.']]);
  });

  it("a detail whose prompt the template does not have: 37, where it stands", async () => {
    const list = [
      "A Early\tPCM:N/P/early\r\n- Pager:/1",
      "T PCM:N/P\r\n Phone:~15~23~NP~~",
      "A Ann\tPCM:N/P/ann\r\n- Phone:/1\r\n- Pager:/2",
      "M Ann\tPCM:N/P/ann\r\n  Anna\tPCM:N/P/ann\r\n- Room:/3",
      "A Ben\tPCM:N/OTHER/ben\r\n- Pager:/4",
    ];
    expect(await problemsOf(list)).toEqual([
      [37, '3:3 The list\'s template has no prompt "Pager".'],
      [37, '3:3 The list\'s template has no prompt "Room".'],
    ]);
  });

  it("names whose characters were lost on the way are to be looked at", async () => {
    const list = ["R PCM:N/P", "A Zo?\tPCM:N/P/zoe", "A B?n\tPCM:N/P/ben\r\n- Phone:/1", "A Ann\tPCM:N/P/ann"];
    expect((await insideOf(list)).summary.problems).toMatchObject([{ message: 0, count: 2 }]);
  });
});

it("every warning of a list with something of everything, the gravest first", async () => {
  const warnings = listWarnings(await insideOf([...SAMPLE, "A Who?\tPCM:NORTH/HARBOUR/who\r\n- Pager:/1"]));
  expect(warnings.map(({ text }) => text)).toEqual([
    expect.stringMatching(
      /^IMPORT will log message 29 for 2 transactions and not take them as they are; first at byte/u,
    ),
    expect.stringMatching(/^IMPORT will log message 37 for 1 transaction and not take it as it is; first at byte/u),
    expect.stringMatching(/^IMPORT will log message 72 for 1 transaction/u),
    expect.stringMatching(
      /^1 transaction should be looked at; first at byte \d+: The "\?" in the name "Who\?" may stand/u,
    ),
    expect.stringMatching(/^The list holds addresses of gateways: SMTP \(1\)\. A postoffice without/u),
    expect.stringMatching(/^The list brings 1 template, and template data for 2 entries\. A template wipes/u),
  ]);
});
