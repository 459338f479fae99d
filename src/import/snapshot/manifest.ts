import { readFile } from "node:fs/promises";
import { z } from "zod";
import { ResyncError } from "../../errors.ts";
import { writeDurably } from "../durable.ts";
import { unlessMissing } from "../files.ts";
import { stateOf, type FileState, type PostofficeState } from "./state.ts";

const fileState = z.object({
  key: z.string(),
  path: z.string(),
  size: z.number(),
  mtimeMs: z.number(),
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  sha256: z.string().optional(),
  hex: z.string().optional(),
  /** Position in the snapshot's archive. */
  archived: z.number().optional(),
});

const manifest = z.object({ format: z.literal(1), root: z.string(), files: z.array(fileState) });

/** A state as it was kept, and where the copies of its files stand in an archive, by key. */
export interface KeptState {
  readonly state: PostofficeState;
  readonly archived: ReadonlyMap<string, number>;
}

/** Keeps a state in a file that its owner alone can read: whole and on the disk when this settles, or not there at all; there only once `ready` has settled well. */
export async function saveState(
  file: string,
  root: string,
  { state, archived = new Map() }: Pick<KeptState, "state"> & Partial<KeptState>,
  ready?: Promise<void>,
): Promise<void> {
  const files = [...state.values()].map((one) => ({ ...one, archived: archived.get(one.key) }));
  await writeDurably(file, JSON.stringify({ format: 1, root, files } satisfies z.input<typeof manifest>), ready);
}

/** Reads a state kept by `saveState`; `undefined` when there is none. Throws `ROLLBACK_FAILED` when it cannot be read. */
export async function loadState(file: string): Promise<KeptState | undefined> {
  const text = await unlessMissing(readFile(file, "utf8"));
  if (text === undefined) return undefined;
  try {
    const { files } = manifest.parse(JSON.parse(text));
    return {
      state: stateOf(files.map(fileStateOf)),
      archived: new Map(files.flatMap(({ key, archived }) => (archived === undefined ? [] : [[key, archived]]))),
    };
  } catch (cause) {
    throw new ResyncError("ROLLBACK_FAILED", {
      message: `${file} does not hold what was written there.`,
      state: "The postoffice was not touched by this command.",
      hint: "Check the disk. The copies of the files stand beside it; put back by hand what is needed.",
      cause,
    });
  }
}

function fileStateOf(file: z.output<typeof fileState>): FileState {
  const { key, path, size, mtimeMs, mode, uid, gid, sha256, hex } = file;
  return { key, path, size, mtimeMs, mode, uid, gid, sha256, hex };
}
