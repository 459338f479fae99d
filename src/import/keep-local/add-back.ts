import { join } from "node:path";
import type { RunContext } from "../../context.ts";
import { asResyncError, ResyncError } from "../../errors.ts";
import { step } from "../../report/step.ts";
import { markLog } from "../dirsync-log/gained.ts";
import { undoing } from "../journaled.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import { findLog } from "../dirsync-log/find-log.ts";
import { rollBack } from "../snapshot/rollback.ts";
import { loadAfter, saveAfter, takeSnapshot, type Snapshot } from "../snapshot/snapshot.ts";
import { readState } from "../snapshot/state.ts";
import { STEP } from "../trace.ts";
import { addText, extract, type TextImport } from "./call-import.ts";
import { importText, missingFrom, type Extracted } from "./extract-text.ts";

/**
 * Adds addresses back and proves it by another extract. A snapshot is taken first: when IMPORT does not end in order, the lists are put back
 * as the import made them, so that they are never half of both. `file` holds the addresses, for people. Throws `KEEP_LOCAL_FAILED` and
 * what the roll-back throws.
 */
export async function addBack(ask: TextImport, lost: readonly Extracted[], file: string): Promise<void> {
  const { context, postoffice, request } = ask;
  const { reporter, journal, signal } = context;
  const folder = join(request.runFolder, "snapshot-imported");
  await step(reporter, "import-add-back", "Add them back (IMPORT -f -a)", async () => {
    const imported = await takeSnapshot(postoffice, folder, { signal });
    const mark = await markLog(await findLog(postoffice));
    try {
      await journal.act(STEP.addBack, { snapshot: folder, log: { ...mark } }, async () =>
        addText(ask, importText(lost)),
      );
    } catch (error) {
      const failure = asResyncError(error);
      if (failure.code === "IMPORT_UNDETERMINED") throw failure;
      throw failure.with({ state: await undoAddBack(context, postoffice, imported) });
    }
    const still = missingFrom(lost, await extract(ask, "lists-added.txt"));
    if (still.length > 0) throw notAdded(still, file);
    return { found: `${lost.length} addresses, seen in another extract`, value: undefined };
  });
}

/** Puts the lists back as the import made them. May be cut off and called again. Returns in words what is now where. */
export async function undoAddBack(context: RunContext, postoffice: Postoffice, imported: Snapshot): Promise<string> {
  const { reporter, journal } = context;
  return step(reporter, "import-add-back-roll-back", "Put the lists back as the import made them", async () => {
    const { folder, before } = imported;
    const kept = await loadAfter("import", folder);
    const after = kept ?? (await readState(postoffice, { before }));
    if (kept === undefined) await saveAfter("import", folder, postoffice.root, after);
    const { restored } = await undoing(
      journal,
      STEP.addBackRollBack,
      { root: postoffice.root, snapshot: folder },
      async () => rollBack(postoffice, imported, after),
    );
    const value = "Nothing was added back: the lists are as the import made them.";
    return { found: `${restored.length} files put back`, facts: { restored }, value };
  });
}

function notAdded(still: readonly Extracted[], file: string): ResyncError {
  const names = still.slice(0, 20).map(({ name, key }) => `- ${name} (${key})`);
  return new ResyncError("KEEP_LOCAL_FAILED", {
    message: [`${still.length} addresses were not added back:`, ...names].join("\n"),
    hint: `See LOG\\DIRSYNC.LOG (resync log). The import text file is ${file}.`,
    reference: "Q124044",
    facts: { missing: still.length, file },
  });
}
