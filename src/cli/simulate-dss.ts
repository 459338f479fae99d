import { resolve } from "node:path";
import { choice, text, texts, wholeNumber } from "../config/option.ts";
import { EXIT } from "../errors.ts";
import { DSS_FAILURES, type DssFailure } from "../simulator/dss/failures.ts";
import { SIMULATED_LAYOUT_NAMES } from "../simulator/layouts.ts";
import { defineCommand } from "./command.ts";

const failures = Object.keys(DSS_FAILURES) as [DssFailure, ...DssFailure[]];

export const simulateDssCommand = defineCommand({
  name: "simulate dss",
  summary: "Build a simulated DSS in a folder, to try things on",
  positionals: [{ name: "dir", describe: "Folder to build it in: empty or missing", required: true }],
  options: {
    directory: text("Recipients from this file: MS Mail import text or CSV", { placeholder: "FILE" }),
    entries: wholeNumber("Recipients to make up: 10 to 1000000", { least: 10, fallback: 5000 }),
    requestor: texts("Names of the requestors it knows; repeatable", { placeholder: "NAME" }),
    layout: choice("How records lie in Resync.glb (docs/simulator.md)", SIMULATED_LAYOUT_NAMES),
    failure: choice("Make it fail in this way (docs/simulator.md)", failures),
  },
  exitStatus: [
    [EXIT.done, "built"],
    [EXIT.usage, "the folder is not empty, or the file cannot be read"],
  ],
  examples: [
    ["resync simulate dss try/dss", "5,000 made-up recipients, three requestors"],
    ["resync simulate dss try/dss --failure value-ignored", "a DSS that never writes the file"],
  ],
  async run(values, { dir = "" }, cli) {
    const { createDss } = await import("../simulator/dss/create.ts");
    const built = await createDss(resolve(cli.cwd, dir), {
      entries: values.entries,
      ...(values.directory && { directoryFile: resolve(cli.cwd, values.directory) }),
      ...(values.requestor && { requestors: values.requestor }),
      ...(values.layout && { knobs: { layout: values.layout } }),
      ...(values.failure && { failure: values.failure }),
    });
    return {
      exitCode: EXIT.done,
      outcome: "built",
      data: built,
      text: [
        `A simulated DSS stands in ${dir}: ${built.entries.toLocaleString("en-US")} recipients.`,
        `Requestors: ${built.requestors.join(", ")}`,
        "",
        "Try:",
        `  resync push --dss simulated:${dir} --requestor ${quoted(built.requestors[0] ?? "")} --to OUTBOX`,
      ].join("\n"),
    };
  },
});

function quoted(name: string): string {
  return /^[\w/.-]+$/u.test(name) ? name : `"${name}"`;
}
