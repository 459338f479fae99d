// Runs one generation as a process that is killed: `killed-run.mjs DIR JOURNAL REQUEST-JSON KILL-AT`. KILL-AT is the number of the journal
// entry behind which the process ends itself by SIGKILL; -1 leaves the killing to others.
import { systemClock } from "../../../dist/clock.js";
import { fileSink, openJournal } from "../../../dist/journal/journal.js";
import { generate } from "../../../dist/push/generate/generate.js";
import { openSimulatedDss } from "../../../dist/push/generate/hosts/simulated.js";
import { silentReporter } from "../../../dist/report/reporter.js";

const [dir, file, request, killAt] = process.argv.slice(2);
const sink = fileSink(file);
let written = -2;
const journal = await openJournal(
  async (entry) => {
    await sink(entry);
    written += 1;
    if (written === Number(killAt)) process.kill(process.pid, "SIGKILL");
  },
  systemClock,
  { run: "20261123-214030-kill", command: "push", host: "test", version: "0", data: {} },
);
process.stdout.write("begun\n");
const host = await openSimulatedDss(dir);
const signal = new AbortController().signal;
await generate(host, JSON.parse(request), {
  clock: systemClock,
  reporter: silentReporter,
  journal,
  signal,
  dryRun: false,
});
