// Runs one generation on a Samba host as a process that is cut off: `killed-run.mjs ADDRESS JOURNAL REQUEST-JSON HOW AT`, the password on
// standard input. Behind journal entry number AT the process ends itself by SIGKILL (HOW = kill) or aborts its signal (HOW = abort).
import { text } from "node:stream/consumers";
import { systemClock } from "../../../../../dist/clock.js";
import { fileSink, openJournal } from "../../../../../dist/journal/journal.js";
import { generate } from "../../../../../dist/push/generate/generate.js";
import { openSambaHost } from "../../../../../dist/push/generate/hosts/samba.js";
import { parseSambaAddress } from "../../../../../dist/push/generate/hosts/samba/address.js";
import { silentReporter } from "../../../../../dist/report/reporter.js";

const [address, file, request, how, at] = process.argv.slice(2);
const password = await text(process.stdin);
const sink = fileSink(file);
const stop = new AbortController();
let written = -2;
const journal = await openJournal(
  async (entry) => {
    await sink(entry);
    written += 1;
    if (written !== Number(at)) return;
    if (how === "kill") process.kill(process.pid, "SIGKILL");
    else stop.abort();
  },
  systemClock,
  { run: "20261123-214030-kill", command: "push", host: "test", version: "0", data: {} },
);
const host = openSambaHost(parseSambaAddress(address), { password: async () => password });
try {
  await generate(host, JSON.parse(request), {
    clock: systemClock,
    reporter: silentReporter,
    journal,
    signal: stop.signal,
    dryRun: false,
  });
} finally {
  await host.close();
}
