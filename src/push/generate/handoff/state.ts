import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ResyncError } from "../../../errors.ts";
import { HANDOFF } from "./names.ts";

const STATE = z.object({
  format: z.literal("msmail-resync-handoff"),
  version: z.literal(1),
  run: z.string().min(1),
  createdAt: z.iso.datetime(),
  requestors: z.array(z.string()).min(1),
  dxadata: z.string(),
  globalMax: z.boolean(),
  ansi: z.string(),
});

/** What was asked for: lies in the folder, so that waiting can be taken up again days later, by another process. */
export type HandoffState = z.infer<typeof STATE>;

/** The state file's bytes. */
export function formatState(state: HandoffState): Uint8Array {
  return Buffer.from(`${JSON.stringify(state, null, 2)}\n`);
}

/** Reads the state of a handoff. Throws `NOT_FOUND` when the folder holds none, `FILE_NOT_USABLE` when it cannot be understood. */
export async function readState(folder: string): Promise<HandoffState> {
  const path = join(folder, HANDOFF.state);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ResyncError("NOT_FOUND", {
      message: `${folder} holds no handoff: ${HANDOFF.state} cannot be read.`,
      hint: "Give the folder that was prepared for the operator, or prepare one: resync push --dss handoff:DIR.",
      facts: { path },
      cause,
    });
  });
  try {
    return STATE.parse(JSON.parse(text));
  } catch (cause) {
    throw new ResyncError("FILE_NOT_USABLE", {
      message: `${path} is damaged, or was made by a later version of resync.`,
      state: "Nothing was changed.",
      facts: { path },
      cause,
    });
  }
}
