import { readFile } from "node:fs/promises";
import { z } from "zod";
import { ResyncError } from "../../errors.ts";
import { unlessMissing, writeDurably } from "../files.ts";
import { stateOf, type PostofficeState } from "./state.ts";

const fileState = z.object({
  key: z.string(),
  path: z.string(),
  size: z.number(),
  mtimeMs: z.number(),
  mode: z.number(),
  sha256: z.string().optional(),
  hex: z.string().optional(),
});

const manifest = z.object({ format: z.literal(1), root: z.string(), files: z.array(fileState) });

/** Keeps a state in a file that its owner alone can read: whole and on the disk when this settles, or not there at all. */
export async function saveState(file: string, root: string, state: PostofficeState): Promise<void> {
  await writeDurably(
    file,
    JSON.stringify({ format: 1, root, files: [...state.values()] } satisfies z.input<typeof manifest>),
  );
}

/** Reads a state kept by `saveState`; `undefined` when there is none. Throws `ROLLBACK_FAILED` when it cannot be read. */
export async function loadState(file: string): Promise<PostofficeState | undefined> {
  const text = await unlessMissing(readFile(file, "utf8"));
  if (text === undefined) return undefined;
  try {
    const { files } = manifest.parse(JSON.parse(text));
    return stateOf(files.map(({ sha256, hex, ...rest }) => ({ ...rest, sha256, hex })));
  } catch (cause) {
    throw new ResyncError("ROLLBACK_FAILED", {
      message: `${file} does not hold what was written there.`,
      state: "The postoffice was not touched by this command.",
      hint: "Check the disk. The copies of the files stand beside it; put back by hand what is needed.",
      cause,
    });
  }
}
