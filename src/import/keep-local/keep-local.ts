import { join } from "node:path";
import { asResyncError } from "../../errors.ts";
import { step } from "../../report/step.ts";
import type { Change } from "../change.ts";
import { writeDurably } from "../durable.ts";
import { saveAfter } from "../snapshot/snapshot.ts";
import { readState, type PostofficeState } from "../snapshot/state.ts";
import { STEP } from "../trace.ts";
import { addBack } from "./add-back.ts";
import { extract, type TextImport } from "./call-import.ts";
import { byList, importText, missingFrom, type Extracted } from "./extract-text.ts";

/** What an import took from the lists of this postoffice, by IMPORT's own extracts. */
export interface LocalAddresses {
  /** Addresses that stood here before and are not in the new lists: defined here, or removed at the DSS meanwhile; nothing tells which. */
  readonly lost: readonly { readonly list: string; readonly name: string; readonly address: string }[];
  /** The import text file with them, in the run's folder; `undefined` when there are none. */
  readonly file: string | undefined;
  readonly addedBack: boolean;
}

/** The first extract, with the postoffice locked and checked and nothing changed yet. Throws `KEEP_LOCAL_FAILED`. */
export async function extractBefore(ask: TextImport): Promise<Extracted[]> {
  const { reporter } = ask.context;
  return step(reporter, "import-extract", "Extract the lists as they are (IMPORT -x)", async () => {
    try {
      const value = await extract(ask, "lists-before.txt");
      return { found: `${value.length} addresses`, facts: { addresses: value.length }, value };
    } catch (error) {
      throw asResyncError(error).with({ state: "Nothing was imported: the address lists are as they were." });
    }
  });
}

/**
 * After a good import: extracts again, tells and keeps what is gone, adds it back when `addBack` says so and proves that by another extract.
 * The import stays in every case. Returns the state of the files afterwards, what a roll-back compares with. Throws `KEEP_LOCAL_FAILED`.
 */
export async function keepLocal(
  change: Change,
  ask: TextImport,
  before: readonly Extracted[],
): Promise<{ local: LocalAddresses; after: PostofficeState }> {
  const { request, context, postoffice, snapshot } = change;
  const { reporter, journal } = context;
  const file = join(request.runFolder, "local.txt");
  let lost: Extracted[] | undefined;
  try {
    lost = await step(reporter, "import-compare", "Extract the lists again and compare", async () => {
      const value = missingFrom(before, await extract(ask, "lists-after.txt"));
      if (value.length > 0) await writeDurably(file, importText(value));
      await journal.note(STEP.local, { lost: value.length, ...(value.length > 0 && { file }) });
      return { found: `${value.length} addresses are gone`, facts: { lost: value.length }, value };
    });
    if (lost.length > 0) tellLost(lost);
    const addedBack = request.addBack === true && lost.length > 0;
    if (addedBack) await addBack(ask, lost, file);
    const told = lost.map(({ list, name, key }) => ({ list, name, address: key }));
    return { local: { lost: told, file: lost.length > 0 ? file : undefined, addedBack }, after: await keepAfter() };
  } catch (error) {
    await keepAfter();
    const failure = asResyncError(error);
    const kept = lost === undefined || lost.length === 0 ? "" : ` The addresses that are gone stand in ${file}.`;
    const extracted =
      lost === undefined ? ` The lists as they were stand in ${join(request.runFolder, "lists-before.txt")}.` : "";
    const undone = failure.state === undefined ? "" : ` ${failure.state}`;
    throw failure.with({ state: `The import is good and stays.${undone}${kept}${extracted}` });
  }

  /** A roll-back of this run compares with what stands now, not with what stood right after the import. */
  async function keepAfter(): Promise<PostofficeState> {
    const after = await readState(postoffice, { before: snapshot.before });
    await saveAfter("import", snapshot.folder, postoffice.root, after);
    return after;
  }

  function tellLost(gone: readonly Extracted[]): void {
    const shown = gone.slice(0, 20).map(({ name, key }) => `- ${name} (${key})`);
    const more = gone.length > 20 ? [`- and ${gone.length - 20} more`] : [];
    reporter.emit({
      type: "warning",
      text: [
        `${gone.length} addresses stood here and are not in the new lists (${byList(gone)}):`,
        ...shown,
        ...more,
      ].join("\n"),
      hint:
        `They were defined here, or removed at the DSS meanwhile; nothing tells which. All stand in ${file}` +
        (request.addBack === true
          ? "."
          : "; --add-back adds them back, or by hand: import ADMIN -pPASSWORD -fFILE -a -dM"),
      reference: "Q105125, Q96060",
      facts: { lost: gone.length, file },
    });
  }
}
