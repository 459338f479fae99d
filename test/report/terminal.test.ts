import { describe, expect, it } from "vitest";
import { steppingClock } from "../../src/clock.ts";
import { recordingReporter, reporterFor } from "../../src/report/reporter.ts";
import { step } from "../../src/report/step.ts";
import { showAmount, terminalReporter } from "../../src/report/terminal.ts";

const options = { style: { width: 80, colour: false }, verbose: false, quiet: false };

/** What a terminal shows after `output`: each line as it was last drawn. */
function screen(output: string): string {
  return output
    .split("\n")
    .map((line) => line.split("\r\u001b[2K").at(-1) ?? "")
    .join("\n");
}

describe("on a terminal", () => {
  it("the step under way is the last line and is replaced by what it found", async () => {
    let output = "";
    const clock = steppingClock(new Date(0));
    const reporter = terminalReporter((text) => (output += text), clock, options);
    await step(reporter, "deliver", "Deliver and read back", async (voice) => {
      expect(screen(output)).toMatch(/^ {2}\S Deliver and read back$/u);
      await clock.sleep(2000);
      voice.progress(1_500_000, 3_000_000);
      reporter.emit({ type: "note", text: "still there", facts: {} });
      expect(screen(output)).toMatch(
        /i still there\n {2}\S Deliver and read back {2}█{15}░{15} 50 % {2}750\.0 kB\/s$/u,
      );
      return { found: "3.0 MB", value: undefined };
    });
    reporter.close();
    expect(screen(output)).toBe("  i still there\n  ✔ Deliver and read back         3.0 MB\n");
    for (const line of output.split(/[\r\n]/u)) expect(line.length).toBeLessThanOrEqual(84);
  });

  it("of several steps under way the last begun moves; each ends with its own line, and says whose it is", async () => {
    let output = "";
    const reporter = terminalReporter((text) => (output += text), steppingClock(new Date(0)), options);
    const [north, east] = [reporterFor("NORTH", reporter), reporterFor("EAST", reporter)];
    let endNorth: (found: string) => void = () => undefined;
    const first = step(north, "deliver", "Deliver", async () => {
      const found = await new Promise<string>((resolve) => (endNorth = resolve));
      return { found, value: undefined };
    });
    await step(east, "deliver", "Deliver", async (voice) => {
      voice.progress(1, 2);
      expect(screen(output)).toMatch(/^ {2}\S EAST: Deliver \(\+1\)/u);
      return { found: "there", value: undefined };
    });
    expect(screen(output)).toMatch(/^ {2}✔ EAST: Deliver {17}there\n {2}\S NORTH: Deliver$/u);
    endNorth("too");
    await first;
    reporter.close();
    expect(screen(output)).toBe("  ✔ EAST: Deliver                 there\n  ✔ NORTH: Deliver                too\n");
  });

  it("a failed step is marked and its error thrown on", async () => {
    const reporter = recordingReporter();
    const failure = new Error("no");
    await expect(step(reporter, "x", "X", () => Promise.reject(failure))).rejects.toBe(failure);
    expect(reporter.events.map(({ type }) => type)).toEqual(["step", "step-failed"]);
  });
});

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [12_345_678, "12.3 MB"],
  [5_000_000_000_000, "5000.0 GB"],
])("%i bytes is %s", (bytes, shown) => {
  expect(showAmount(bytes, "bytes")).toBe(shown);
});
