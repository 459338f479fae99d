import { writeTextFile } from "./text-file.ts";
import type { ImportRun } from "../run.ts";
import { addLines, externalLists, ownList, type StoredList } from "./lists.ts";

/**
 * `-x[net/po] -f<file>`: A lines in columns (Q132681, Q96060). Without a name every list but the own users'; with one, that postoffice's,
 * the own one included (assumption). `-g` restricts to a type or list (Q101933).
 */
export async function runExtract(run: ImportRun): Promise<void> {
  const lists = [ownList(run.files), ...externalLists(run.files)].filter((list, index) =>
    wanted(run, list, index === 0),
  );
  await writeTextFile(run, lists.map(addLines));
}

function wanted({ options }: ImportRun, { list, key }: StoredList, own: boolean): boolean {
  const only = options.only?.replaceAll("\\", "/").toUpperCase();
  if (only !== undefined && only !== list.type && only !== key) return false;
  const named = options.extract?.replaceAll("\\", "/").toUpperCase() ?? "";
  if (named === "") return !own || only === key;
  return key.slice(key.indexOf(":") + 1) === named || key === named;
}
