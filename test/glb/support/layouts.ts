import type { GlbLayout } from "../../../src/glb/layouts.ts";
import { SIMULATED_LAYOUTS } from "../../../src/simulator/layouts.ts";

/** Every layout with its name, for tables of tests. */
export const NAMED_LAYOUTS: readonly (readonly [name: string, layout: GlbLayout])[] = Object.entries(SIMULATED_LAYOUTS);

export const LAYOUTS: readonly GlbLayout[] = NAMED_LAYOUTS.map(([, layout]) => layout);

/** True when a layout has a checksum of known rule over all other fields and the text, so that any damage can be seen. */
export function verifies(layout: GlbLayout): boolean {
  const [own] = layout.before.flatMap((field, index) =>
    field.kind === "checksum" && field.checksum !== undefined ? [{ index, from: field.covers.from }] : [],
  );
  return own !== undefined && own.from <= (own.index === 0 ? 2 : 0);
}
