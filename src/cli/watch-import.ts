import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { duration, flag, text, type OptionValues } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import type { IncomingSource } from "../import/incoming.ts";
import type { CliContext, CommandResult } from "./command.ts";

/** Flags of `import --watch`. */
export const watchOptions = {
  watch: flag("Stay and import each new delivery as it comes; see docs/watch.md"),
  window: text("With --watch: import only in this time of day, local [any]", { placeholder: "22:00-05:00" }),
  "poll-interval": duration("With --watch: how often to look for a delivery", 60_000),
  "retry-delay": duration("With --watch: pause after a failure, doubled up to an hour", 60_000),
  "status-file": text("With --watch: JSON file that says how it stands [watch.json in the state folder]", {
    placeholder: "FILE",
  }),
} as const;

const MOST_MS = 3_600_000;

/** Stays and runs `once` for each new delivery in `source`. Throws `USAGE` for flags that do not go with it. */
export async function watchImport(
  values: OptionValues<typeof watchOptions> & { "dry-run": boolean },
  source: IncomingSource,
  cli: CliContext,
  once: () => Promise<CommandResult>,
): Promise<CommandResult> {
  if (source.kind !== "place") throw notTogether(`a ${source.kind}`);
  if (values["dry-run"]) throw notTogether("--dry-run");
  const { watch } = await import("../import/watch/watch.ts");
  const { parseWindow } = await import("../import/watch/window.ts");
  const { lookIntoInbox } = await import("../import/watch/inbox.ts");
  const { writeDurably } = await import("../import/durable.ts");
  const { clock, reporter, signal } = cli;
  const file = resolve(cli.cwd, values["status-file"] ?? join(cli.stateDir, "watch.json"));
  const window = values.window === undefined ? undefined : parseWindow(values.window);
  await mkdir(dirname(file), { recursive: true });
  reporter.emit({
    type: "note",
    text: `Waiting for deliveries in ${source.label}; status in ${file}.`,
    facts: { file },
  });
  const imports = await watch({
    clock,
    reporter,
    signal,
    window,
    pollMs: values["poll-interval"],
    backOff: { firstMs: values["retry-delay"], mostMs: Math.max(MOST_MS, values["retry-delay"]) },
    look: async () => lookIntoInbox(source, signal),
    importOne: async () => (await once()).outcome,
    tell: async (status) => writeDurably(file, `${JSON.stringify(status, undefined, 2)}\n`),
  });
  return {
    exitCode: EXIT.done,
    outcome: "stopped",
    data: { imports, statusFile: file },
    text: `Stopped. Imports: ${imports}.`,
  };
}

function notTogether(what: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `--watch and ${what} do not go together.`,
    state: "Nothing was started.",
    hint: "--watch waits for deliveries in a place: give --from PLACE.",
  });
}
