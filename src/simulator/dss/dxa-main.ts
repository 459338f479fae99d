import { playDxa } from "./dxa.ts";
import { logEvent } from "./events.ts";
import { readKnobs } from "./knobs.ts";

/**
 * The simulated DXA as a program: `dxa-main DIR RUN`. Started by the simulated Service Control Manager, ended by a stop, by its own
 * lifetime, or when the simulated DSS is taken away under it. It has nobody to talk to: how it went is to be seen in files.
 */
const [dir = "", run = ""] = process.argv.slice(2);
try {
  const { lifetimeMs } = await readKnobs(dir);
  setTimeout(() => process.kill(process.pid, "SIGKILL"), lifetimeMs).unref();
  process.exitCode = (await playDxa(dir, Number(run))) === "died" ? 1 : 0;
} catch (error) {
  process.exitCode = 1;
  const why = error instanceof Error ? error.message : String(error);
  await logEvent(dir, 0, `The simulated DXA cannot go on: ${why}`).catch(() => undefined);
}
