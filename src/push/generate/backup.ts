import { readFile } from "node:fs/promises";
import { asResyncError, ResyncError } from "../../errors.ts";
import { bytesOf } from "../../transfer/bytes.ts";
import { writePrivateFile } from "./private-file.ts";
import { DXA_KEY, type DssHost, type RegistryValue } from "./dss-host.ts";
import { sameValue, showValue } from "./registry-data.ts";
import { parseRegistryFile, valuesIn } from "./registry-file.ts";

/** A proven export of the service's key. */
export interface Backup {
  readonly size: number;
  readonly values: number;
}

/**
 * Exports the service's key to the local `file` (0600, must not exist; `undefined` keeps it in memory) and proves the backup readable:
 * parsed from the disk again, it holds each value that the host lists, the same. `PREFLIGHT_REFUSED` when it does not.
 */
export async function backUpKey(host: DssHost, file: string | undefined): Promise<Backup> {
  const exported = await host.exportKey(DXA_KEY);
  if (file !== undefined) await writePrivateFile(file, bytesOf(exported));
  const bytes = file === undefined ? exported : await readFile(file);
  const values = await host.listValues(DXA_KEY);
  refuseDifferences(host, parsed(host, bytes), values);
  return { size: bytes.length, values: values.size };
}

function parsed(host: DssHost, bytes: Uint8Array): ReadonlyMap<string, RegistryValue | undefined> {
  try {
    return valuesIn(parseRegistryFile(bytes), DXA_KEY) ?? new Map<string, RegistryValue | undefined>();
  } catch (error) {
    throw unreadable(host, asResyncError(error).message, error);
  }
}

function refuseDifferences(
  host: DssHost,
  saved: ReadonlyMap<string, RegistryValue | undefined>,
  present: ReadonlyMap<string, RegistryValue>,
): void {
  const byName = new Map([...saved].map(([name, value]) => [name.toUpperCase(), value]));
  for (const [name, value] of present) {
    const copy = byName.get(name.toUpperCase());
    if (!sameValue(copy, value))
      throw unreadable(host, `"${name}" is ${showValue(value)}, the backup has ${showValue(copy)}`);
  }
}

function unreadable(host: DssHost, why: string, cause?: unknown): ResyncError {
  return new ResyncError("PREFLIGHT_REFUSED", {
    message: `The backup of ${DXA_KEY} on ${host.label} cannot be relied on: ${why}.`,
    state: "Nothing was changed on the DSS.",
    hint: "Nothing is changed without a good backup. Was the key changed at this moment? Try again.",
    facts: { key: DXA_KEY },
    cause,
  });
}
