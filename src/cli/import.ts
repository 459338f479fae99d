import { resolve } from "node:path";
import { findRequestor } from "../config/requestors.ts";
import { EXIT, ResyncError } from "../errors.ts";
import type { MasterListCheck } from "../glb/identify.ts";
import type { IncomingSource } from "../import/incoming.ts";
import type { ImportResult } from "../import/result.ts";
import type { ExpectedList } from "../import/verdict/lists.ts";
import { formatTapeAddress } from "../transfer/tape/tape-address.ts";
import { defineCommand, type CliContext, type CommandResult } from "./command.ts";
import { importOptions, importRequestorOption } from "./import-options.ts";
import { showImport } from "./import-summary.ts";
import { withSecretsOf } from "./for-requestor.ts";
import { trustedKeysOf } from "./keys.ts";
import { required } from "./required.ts";
import { driveOf, runnerOf } from "./runner.ts";
import { placeOptionsOf } from "./place-options.ts";
import { tapeOf } from "./tape-options.ts";
import { placeOf } from "./targets.ts";
import { changerOf } from "./volume-options.ts";
import { watchImport } from "./watch-import.ts";
import { withRun } from "./with-run.ts";

export const importCommand = defineCommand({
  name: "import",
  summary: "Load a delivered master list into a requestor postoffice and prove it",
  positionals: [{ name: "file", describe: "A bare RESYNC.GLB, instead of --from", required: false }],
  options: { requestor: importRequestorOption, ...importOptions },
  perRequestor: importOptions,
  exitStatus: [
    [EXIT.done, "imported and proved, perhaps with warnings"],
    [EXIT.usage, "usage or config"],
    [EXIT.preflight, "the postoffice is not ready; nothing was changed"],
    [EXIT.connection, "connection, login or host key"],
    [EXIT.transfer, "the delivery could not be collected, or is not complete"],
    [EXIT.badFile, "the file is not usable, for another requestor, or not signed by a trusted key"],
    [EXIT.rolledBack, "IMPORT failed; the postoffice was put back"],
    [EXIT.notRolledBack, "IMPORT failed; the postoffice could not be put back"],
    [EXIT.nothingToDo, "nothing to do (with --exit-unchanged)"],
    [EXIT.locked, "another import is at work on this postoffice"],
    [EXIT.undetermined, "what happened cannot be told; both states are kept"],
  ],
  examples: [
    ["resync import --from sftp://me@gw/in --postoffice /srv/maildata", "collect, check, import, prove"],
    ["resync import --requestor HARBOUR", "the same, from where resync.config.yaml says for HARBOUR"],
    ["resync import RESYNC.GLB --postoffice /srv/maildata --dry-run", "what would be done, literally"],
  ],
  async run(given, { file }, outer) {
    const { settings } = outer;
    const named = given.requestor === undefined ? undefined : findRequestor(settings.requestors, given.requestor);
    const values = named === undefined ? given : settings.settle("import", importOptions, named);
    const rdn = named?.rdn ?? given.requestor;
    const cli = named === undefined ? outer : withSecretsOf(named, outer);
    const source = sourceOf(values.from, file, { values, cli });
    const postoffice = resolve(cli.cwd, required("postoffice", values.postoffice));
    const driveLetter = driveOf(values.drive);
    const trustedKeys = await trustedKeysOf(values["trusted-key"], cli);
    const runner = await runnerOf(values, postoffice, cli);
    const { refuseForAnother } = await import("../import/for-whom.ts");
    const { importFile } = await import("../import/import.ts");
    const { importedBefore } = await import("../import/imported-before.ts");
    const { warnOfLowerHeader } = await import("../import/last-import.ts");
    const { refuseOlder } = await import("../import/older.ts");
    const { takeIncoming } = await import("../import/incoming.ts");
    const dryRun = values["dry-run"];
    const from = source.kind === "file" ? source.path : source.label;
    const plan = { command: "import", about: `${from} → ${postoffice}`, data: { postoffice, from }, dryRun };
    const once = async () =>
      withRun(plan, cli, async (context, folder) => {
        const incoming = await takeIncoming(source, folder, context, trustedKeys);
        const { manifest } = incoming;
        if (manifest !== undefined && rdn !== undefined) refuseForAnother(manifest, rdn);
        await warnOfLowerHeader(cli.stateDir, postoffice, incoming.check, context);
        const mayBeOlder = trustedKeys.length === 0 || values["allow-older"];
        if (manifest !== undefined && !mayBeOlder) await refuseOlder(cli.stateDir, postoffice, manifest);
        const alreadyImported = values.again
          ? undefined
          : await importedBefore(cli.stateDir, postoffice, incoming.sha256);
        const lists = expectedLists(incoming.check);
        const result = await importFile(
          {
            postoffice,
            file: incoming.file,
            sha256: incoming.sha256,
            runner,
            admin: values.admin ?? "admin",
            password: adminPassword(cli),
            driveLetter,
            rebuild: values.rebuild,
            mend: values.mend,
            keepLocal: values["keep-local"] || values["add-back"],
            addBack: values["add-back"],
            limits: { idleMs: values["idle-timeout"], overallMs: values["import-timeout"] },
            runFolder: folder,
            alreadyImported,
            ...(manifest && { deliveryId: manifest.id }),
            ...(lists && { lists }),
          },
          context,
        );
        return conclude(result, values["exit-unchanged"], cli);
      });
    return values.watch ? watchImport(values, source, cli, once) : once();
  },
});

/** The lists that must stand in the postoffice afterwards: those that are replaced, where the file could be read. */
function expectedLists({ inside }: MasterListCheck): ExpectedList[] | undefined {
  return inside?.summary.lists.filter(({ replaced }) => replaced).map(({ list, adds }) => ({ list, addresses: adds }));
}

function conclude(result: ImportResult, exitUnchanged: boolean, cli: CliContext): CommandResult {
  const outcome = result.outcome === "imported" ? result.verdict.outcome : result.outcome;
  const exitCode = outcome === "unchanged" && exitUnchanged ? EXIT.nothingToDo : EXIT.done;
  return { exitCode, outcome, data: result, text: showImport(result, cli.style) };
}

type SourceValues = Parameters<typeof placeOptionsOf>[0] &
  Parameters<typeof changerOf>[0] &
  Parameters<typeof tapeOf>[1] & { "dry-run": boolean };

function sourceOf(
  from: string | undefined,
  file: string | undefined,
  { values, cli }: { values: SourceValues; cli: CliContext },
): IncomingSource {
  if ((from === undefined) === (file === undefined)) {
    throw new ResyncError("USAGE", {
      message: from === undefined ? "Say where the master list is." : "Give a file or --from, not both.",
      state: "Nothing was started.",
      hint: "--from PLACE collects what resync push delivered; a file name takes a bare RESYNC.GLB.",
    });
  }
  if (file !== undefined) return { kind: "file", path: resolve(cli.cwd, file) };
  const tape = tapeOf(required("from", from), values, cli);
  if (tape !== undefined) return { kind: "tape", label: formatTapeAddress(tape), tape };
  const more = { ...placeOptionsOf(values, cli), dryRun: values["dry-run"], reporter: cli.reporter };
  return { kind: "place", ...placeOf(required("from", from), more, cli), changer: changerOf(values, cli) };
}

function adminPassword(cli: CliContext): () => Promise<string> {
  const provider = cli.secret("admin-password", "Password of the postoffice's administrator");
  return async () => {
    const password = await provider();
    if (password !== undefined) return password;
    throw new ResyncError("SECRET_MISSING", {
      message: "The password of the postoffice's administrator is not known.",
      state: "Nothing was changed.",
      hint: "Set RESYNC_ADMIN_PASSWORD, RESYNC_ADMIN_PASSWORD_FILE or RESYNC_ADMIN_PASSWORD_COMMAND.",
    });
  };
}
