import { DXA_KEY, GLOBAL_MAX_VALUE, TRIGGER_VALUE, type RegistryValue } from "../dss-host.ts";
import { formatRegistryFile } from "../registry-file-write.ts";
import { HANDOFF } from "./names.ts";
import type { HandoffPlan } from "./request.ts";

/**
 * The .REG files of a handoff, by name: each for NT 4 and for 2000, each with one value only, because NT 4's regedit may drop what
 * follows an extended value (Q186146). Throws `NAME_INVALID` when the code page cannot express a requestor's name.
 */
export function registryFiles({ requestors, globalMax, ansi }: HandoffPlan): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const add = (names: { 4: string; 5: string }, name: string, value: RegistryValue | undefined): void => {
    for (const version of [4, 5] as const) {
      const keys = [{ key: DXA_KEY, values: new Map([[name, value]]) }];
      files.set(names[version], formatRegistryFile({ version, keys }, ansi));
    }
  };
  add(HANDOFF.set, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: requestors });
  add(HANDOFF.clear, TRIGGER_VALUE, undefined);
  if (globalMax) {
    add(HANDOFF.globalMax, GLOBAL_MAX_VALUE, { type: "REG_DWORD", data: 1 });
    add(HANDOFF.globalMaxAway, GLOBAL_MAX_VALUE, undefined);
    add(HANDOFF.globalMaxZero, GLOBAL_MAX_VALUE, { type: "REG_DWORD", data: 0 });
  }
  return files;
}
