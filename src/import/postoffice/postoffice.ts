import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ResyncError } from "../../errors.ts";
import { isMissing, unlessMissing } from "../files.ts";
import type { FolderName } from "./layout.ts";

/** A postoffice on the local file system, found and named; nothing about its state is known yet. */
export interface Postoffice {
  /** Absolute path of the folder that holds GLB. */
  readonly root: string;
  /** How the tree spells its names: new files follow it. A mixed tree goes by MASTER.GLB. */
  readonly spelling: "upper" | "lower";
}

/**
 * Finds the postoffice in `folder` by its GLB\MASTER.GLB, whatever the case (Q132744, Q94259). Throws `POSTOFFICE_NOT_READY` when there is
 * none, or when GLB or MASTER.GLB stands there in two spellings, of which a DOS program would see any one.
 */
export async function openPostoffice(folder: string): Promise<Postoffice> {
  const root = resolve(folder);
  const glb = await findName(root, "GLB");
  const master = glb === undefined ? undefined : await findName(join(root, glb), "MASTER.GLB");
  if (master === undefined) throw await noPostoffice(root);
  return { root, spelling: master === master.toLowerCase() ? "lower" : "upper" };
}

/** The real name of `name` in `folder`, without regard to case; `undefined` when there is none. Throws on two spellings. */
export async function findName(folder: string, name: string): Promise<string | undefined> {
  const found = (await namesIn(folder)).filter((entry) => entry.toUpperCase() === name.toUpperCase());
  if (found.length > 1) throw twoSpellings(folder, found);
  return found[0];
}

/** Absolute path of a folder of the postoffice in its own spelling; `undefined` when it is missing. */
export async function findFolder(postoffice: Postoffice, folder: FolderName): Promise<string | undefined> {
  const name = await findName(postoffice.root, folder);
  return name === undefined ? undefined : join(postoffice.root, name);
}

/** Absolute path of a file of the postoffice in its own spelling; `undefined` when it is missing. */
export async function findFile(postoffice: Postoffice, folder: FolderName, name: string): Promise<string | undefined> {
  const path = await findFolder(postoffice, folder);
  const found = path === undefined ? undefined : await findName(path, name);
  return path === undefined || found === undefined ? undefined : join(path, found);
}

/** Where a new file of the postoffice belongs, in the spelling the tree uses. The folder must exist. */
export async function newFilePath(postoffice: Postoffice, folder: FolderName, name: string): Promise<string> {
  const path = (await findFolder(postoffice, folder)) ?? join(postoffice.root, spell(postoffice, folder));
  return join(path, spell(postoffice, name));
}

/** A new name as the tree spells names. */
export function spell(postoffice: Pick<Postoffice, "spelling">, name: string): string {
  return postoffice.spelling === "lower" ? name.toLowerCase() : name.toUpperCase();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await unlessMissing(readdir(folder))) ?? [];
}

function twoSpellings(folder: string, names: string[]): ResyncError {
  return new ResyncError("POSTOFFICE_NOT_READY", {
    message: `${folder} holds one name in two spellings: ${names.join(", ")}. A DOS program sees only one of them, and nobody knows which.`,
    state: "Nothing was changed.",
    hint: "Find out which of the files is the right one and move the others out of the postoffice.",
    facts: { folder, names },
  });
}

async function noPostoffice(root: string): Promise<ResyncError> {
  const there = await stat(root).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const below = there?.isDirectory() ? (await namesIn(root)).filter((name) => /^MAILDATA$/iu.test(name)) : [];
  return new ResyncError("POSTOFFICE_NOT_READY", {
    message: there ? `${root} is no postoffice: there is no GLB\\MASTER.GLB in it.` : `There is no folder ${root}.`,
    state: "Nothing was changed.",
    hint:
      below[0] === undefined
        ? "Name the folder that holds GLB, MAI, NME and the others; by convention it is the share MAILDATA."
        : `There is one in it that looks right: ${join(root, below[0])}`,
    reference: "Q132744",
    facts: { root },
  });
}
