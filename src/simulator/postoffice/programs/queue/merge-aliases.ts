import { nodeOf, openDirectory } from "../../directory/directory.ts";
import { addPostofficeAlias, changePostofficeAlias, postofficeAliases } from "../../directory/postoffice-list.ts";
import { readQueue } from "../../queue.ts";
import { readTransaction } from "../../transaction.ts";
import type { ImportRun } from "../run.ts";
import { openTids } from "../tids.ts";

/** Applies NMETRANS: what is deleted or modified elsewhere is deleted or renamed in this postoffice's own list (Q96060). */
export async function mergeAliases(run: ImportRun): Promise<void> {
  for await (const { text } of readQueue(run.files, "NMETRANS")) {
    const transaction = readTransaction(text);
    if (transaction.code === "D") changePostofficeAlias(run.files, transaction.name.address, undefined);
    if (transaction.code === "M") changePostofficeAlias(run.files, transaction.name.address, transaction.to.alias);
  }
}

/** `-a`: puts the names of USRTRANS into the postoffice list too; one that is there already is Warning 27 (Q118447). */
export async function addAliases(run: ImportRun): Promise<void> {
  const directory = openDirectory(run.files);
  const tids = openTids(run.files, run.log);
  const known = new Set(postofficeAliases(run.files).map(({ alias }) => alias.toUpperCase()));
  for await (const { text } of readQueue(run.files, "USRTRANS")) {
    const transaction = readTransaction(text);
    if (transaction.code !== "A") continue;
    const { alias, address } = transaction.name;
    const node = nodeOf(directory, address.list);
    if (node === undefined) continue;
    if (known.has(alias.toUpperCase())) run.log.message("Warning", 27, alias);
    else addPostofficeAlias(run.files, alias, address, node, tids.next());
    known.add(alias.toUpperCase());
  }
  tids.save();
}
