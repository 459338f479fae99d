import { join, resolve } from "node:path";
import type { RunContext } from "../context.ts";
import { ResyncError } from "../errors.ts";
import type { Lock } from "../journal/lock.ts";
import type { HandoffRequest } from "../push/generate/handoff/request.ts";
import type { GenerateSettings, ListSource } from "../push/sources.ts";
import { localPlace } from "../transfer/places/local.ts";
import type { CliContext } from "./command.ts";
import { openDss, type DssOptions } from "./dss.ts";
import { handoffFolder } from "./handoff.ts";

/** Where a push gets its list from: a host that is asked, or a folder that an operator carries. */
export interface DssSource {
  readonly label: string;
  /** Locks the DSS for this run and undoes what a cut-off push left there; nothing for a folder. */
  lock(context: RunContext): Promise<Lock | undefined>;
  /** One list for these requestors, by RDN. */
  list(requestors: readonly string[], context: RunContext): ListSource;
  /** It can be had list after list. */
  readonly repeatable: boolean;
  close(): Promise<void>;
}

/** What of a push's flags the source needs. */
export interface SourceSettings extends DssOptions {
  readonly settings: Omit<GenerateSettings, "requestors">;
  /** False takes the file that is there. */
  readonly generate: boolean;
  readonly keep: boolean;
  /** `handoff:` only: wait for an answer to files that were written before. */
  readonly resume: boolean;
  /** `handoff:` only: what is known of the DSS. */
  readonly handoff: Pick<HandoffRequest, "ansi" | "dxadata">;
}

/** Opens what `--dss` names. Throws `USAGE` for a text that names none, and what opening throws. */
export async function openDssSource(dss: string, how: SourceSettings, cli: CliContext): Promise<DssSource> {
  const folder = handoffFolder(dss);
  return folder === undefined ? hostSource(dss, how, cli) : handoffSource(resolve(cli.cwd, folder), how);
}

async function hostSource(dss: string, how: SourceSettings, cli: CliContext): Promise<DssSource> {
  const { lockDss } = await import("../push/mend.ts");
  const { generatedList, standingList } = await import("../push/sources.ts");
  const host = await openDss(dss, how, cli);
  return {
    label: host.label,
    lock: async (context) => (context.dryRun ? undefined : lockDss(host, cli.stateDir, context)),
    list: (requestors, context) =>
      how.generate
        ? generatedList(host, { ...how.settings, requestors }, how.keep, context)
        : standingList(host, how.keep, context),
    repeatable: how.generate,
    close: async () => host.close(),
  };
}

/** The folder holds all that the handoff knows: no lock is needed, and the DSS is put back by the command file. */
async function handoffSource(folder: string, { settings, resume, handoff }: SourceSettings): Promise<DssSource> {
  refuseUnheard(settings);
  const { prepareHandoff } = await import("../push/generate/handoff/prepare.ts");
  const { awaitHandoff } = await import("../push/generate/handoff/await.ts");
  return {
    label: `handoff:${folder}`,
    lock: async () => undefined,
    list: (requestors, context) => async (runFolder) => {
      const { pollMs, settleMs, timeoutMs, globalMax } = settings;
      if (!resume) await prepareHandoff({ ...handoff, requestors, folder, globalMax: globalMax === "on" }, context);
      if (context.dryRun) return undefined;
      const place = localPlace(folder);
      const privateCopy = join(runFolder, "RESYNC.GLB");
      const wait = {
        folder,
        requestors,
        place,
        privateCopy,
        pollMs,
        timeoutMs,
        ...(settleMs === undefined ? {} : { settleMs }),
      };
      return { ...(await awaitHandoff(wait, context)), finish: async () => undefined };
    },
    repeatable: false,
    close: async () => undefined,
  };
}

/** Throws `USAGE` for what RESYNC.CMD, which restarts the service once, does not do. */
function refuseUnheard({ kickAfterMs, secondRestart }: SourceSettings["settings"]): void {
  const flag = kickAfterMs === undefined ? secondRestart && "--second-restart" : "--kick-after";
  if (!flag) return;
  throw new ResyncError("USAGE", {
    message: `handoff: cannot do ${flag}: the operator's command file restarts the service once.`,
    state: "Nothing was started.",
    hint: "Leave it out, and have the operator do it by hand where it is needed: NET PAUSE MSExchangeDX starts a cycle on Exchange 4.0; the notes of 5.0 restart the service once more when RESYNC.GLB is out of Dxadata.",
    reference: "Q146738, Q156063",
  });
}
