import { rm } from "node:fs/promises";
import { join } from "node:path";
import { spell, type Postoffice } from "../postoffice/postoffice.ts";
import type { PostofficeState } from "./state.ts";

/** The name under which a master list is put together in GLB before it takes its place; 8.3. */
export const DROP_TEMPORARY = "RESYNC.$$$";

/** The name under which the n-th file of a roll-back is put together in its folder, n below 36³; 8.3. */
export function restoreTemporary({ spelling }: Pick<Postoffice, "spelling">, index: number): string {
  return spell({ spelling }, `RESYNC$.${index.toString(36).padStart(3, "0")}`);
}

const OURS = /\/RESYNC(\.\$\$\$|\$\.[0-9A-Z]{3})$/u;

/** A state without half-made files of ours; nobody else uses these names. */
export function withoutTemporaries(state: PostofficeState): PostofficeState {
  return new Map([...state].filter(([key]) => !OURS.test(key)));
}

/** Removes half-made files of a drop or a roll-back that was cut off. */
export async function removeTemporaries({ root }: Postoffice, state: PostofficeState): Promise<void> {
  const left = [...state.values()].filter(({ key }) => OURS.test(key));
  for (const { path } of left) await rm(join(root, path), { force: true });
}
