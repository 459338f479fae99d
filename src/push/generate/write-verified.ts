import { EXIT, hasCode, ResyncError } from "../../errors.ts";
import type { ChangeLog } from "./change.ts";
import { DXA_KEY, type DssHost, type RegistryValue } from "./dss-host.ts";
import { sameValue, showValue } from "./registry-data.ts";

/** One value of the service's key to write, and what stood there before. */
export interface ValueToWrite {
  readonly name: string;
  readonly previous: RegistryValue | undefined;
  readonly value: RegistryValue;
}

/**
 * Writes a value of the service's key and reads it back, because some tools report a refused write as done. `ACCESS_DENIED` or
 * `VERIFY_FAILED`, both with the exit code of a refused preflight: the DSS has not begun anything.
 */
export async function writeVerified(
  host: DssHost,
  changes: ChangeLog,
  { name, previous, value }: ValueToWrite,
): Promise<void> {
  await changes.make({ kind: "write-value", key: DXA_KEY, name, previous, value }, async () => {
    try {
      await host.writeValue(DXA_KEY, name, value);
    } catch (error) {
      if (!hasCode(error, "ACCESS_DENIED")) throw error;
      throw error.with({
        exitCode: EXIT.preflight,
        hint: [error.hint, RIGHTS].filter((text) => text !== undefined).join(" "),
        reference: "Q160987, Q234918",
      });
    }
    const back = await host.readValue(DXA_KEY, name);
    if (!sameValue(back, value)) throw notStored(host, name, back, value);
  });
}

const RIGHTS =
  "The account must be one that may write to the service's key: an administrator of the DSS. Remote access also needs the right to winreg.";

function notStored(host: DssHost, name: string, back: RegistryValue | undefined, value: RegistryValue): ResyncError {
  return new ResyncError("VERIFY_FAILED", {
    message: `${host.label} reported that ${name} was written as ${showValue(value)}, but the registry holds ${showValue(back)}.`,
    exitCode: EXIT.preflight,
    hint: "The account may lack the right to write to the key: some tools report a denied write as done. Use an administrator of the DSS.",
    facts: { key: DXA_KEY, name, is: showValue(back), should: showValue(value) },
  });
}
