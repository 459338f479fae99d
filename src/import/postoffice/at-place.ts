import { hasCode, ResyncError } from "../../errors.ts";
import { placePath, type Place, type PlaceEntry } from "../../transfer/place.ts";
import { CENSUS_FOLDERS, censusOf, type Census, type PostofficeEntry } from "./census.ts";
import { check, type Check } from "./check.ts";
import { checkIdle } from "./checks/idle.ts";
import { checkSizes } from "./checks/sizes.ts";
import { checkStructure } from "./checks/structure.ts";

/** A postoffice that is reached through a place: a share, an SFTP server. */
export interface PostofficeAtPlace {
  readonly census: Census;
  /** Folder GLB as it is spelled. */
  readonly glb: string;
  readonly spelling: "upper" | "lower";
}

/**
 * Finds the postoffice in a place's folder by its GLB\MASTER.GLB (Q132744) and reads names, sizes and times. Changes nothing. Throws
 * `POSTOFFICE_NOT_READY` when there is none, and what the place throws.
 */
export async function lookAtPlace(place: Place, signal: AbortSignal): Promise<PostofficeAtPlace> {
  const top = await entriesIn(place, "", signal);
  const folders = top.filter(({ key, kind }) => kind === "folder" && CENSUS_FOLDERS.some((name) => name === key));
  const found = [...top];
  for (const { key, path } of folders) found.push(...(await entriesIn(place, path, signal, key === "FOLDERS")));
  const census = censusOf(found);
  const master = census.entries.get("GLB/MASTER.GLB");
  if (master === undefined) throw noPostoffice(place);
  const [glb = "", name = ""] = master.path.split("/");
  return { census, glb, spelling: name === name.toLowerCase() ? "lower" : "upper" };
}

/**
 * Every check that a place can tell: structure, sizes, left-overs, role, pending changes, and who holds FLAG.GLB where the place knows share modes.
 * What it cannot tell is `unknown`.
 */
export async function runChecksAtPlace(
  place: Place,
  { census }: Pick<PostofficeAtPlace, "census">,
  signal: AbortSignal,
): Promise<Check[]> {
  return [
    ...checkStructure({ census }),
    ...checkSizes({ census }),
    ...checkIdle({ census }),
    await flagHeld(place, census, signal),
    check("rights", "Files can be written, and there is room", "Q96060").unknown(
      "attributes, rights and free space are not told by this place",
      "Run resync doctor on the machine that holds the postoffice.",
    ),
  ];
}

async function entriesIn(
  place: Place,
  folder: string,
  signal: AbortSignal,
  deeper = false,
): Promise<PostofficeEntry[]> {
  const entries = await place.list(folder === "" ? undefined : placePath(folder), { signal });
  const found = entries.map((entry) => entryOf(folder, entry));
  if (!deeper) return found;
  const below: PostofficeEntry[] = [];
  for (const { kind, path } of found) {
    if (kind === "folder") below.push(...(await entriesIn(place, path, signal, true)));
  }
  return [...found, ...below];
}

/** Modes and owners are not told: such a file counts as one that can be written. */
function entryOf(folder: string, { name, kind, size, modified }: PlaceEntry): PostofficeEntry {
  const path = folder === "" ? name : `${folder}/${name}`;
  return { key: path.toUpperCase(), path, kind, size, mtimeMs: modified?.getTime() ?? 0, mode: 0o666, uid: 0, gid: 0 };
}

/** ADMIN holds FLAG.GLB open and lets nobody else in (Q131670): a server that knows share modes refuses it then. */
async function flagHeld(place: Place, census: Census, signal: AbortSignal): Promise<Check> {
  const { ok, refused, unknown, warning } = check("flag", "ADMIN is not open on the postoffice", "Q148705, Q131670");
  const flag = census.entries.get("GLB/FLAG.GLB");
  if (flag === undefined)
    return warning(
      "GLB\\FLAG.GLB is missing, so nobody can be seen to hold it",
      "ADMIN makes it when it is next started.",
    );
  if (!place.capabilities.shareModes)
    return unknown("this place does not tell who holds FLAG.GLB", "See that ADMIN is closed on every machine.");
  try {
    let bytes = 0;
    for await (const chunk of place.read(placePath(flag.path), { signal })) bytes += chunk.length;
    return ok(`FLAG.GLB can be opened (${bytes} bytes)`);
  } catch (error) {
    if (!hasCode(error, "FILE_BUSY")) throw error;
    return refused(
      "GLB\\FLAG.GLB is held open: somebody administers the postoffice",
      "Close ADMIN on every machine: IMPORT would end in Fatal 91.",
    );
  }
}

function noPostoffice({ label }: Place): ResyncError {
  return new ResyncError("POSTOFFICE_NOT_READY", {
    message: `${label} is no postoffice: there is no GLB\\MASTER.GLB in it.`,
    state: "Nothing was changed.",
    hint: "Name the folder that holds GLB, MAI, NME and the others; by convention it is the share MAILDATA.",
    reference: "Q132744",
    facts: { place: label },
  });
}
