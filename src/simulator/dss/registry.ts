import { ResyncError } from "../../errors.ts";
import type { RegistryKey, RegistryValue } from "../../push/generate/dss-host.ts";
import { registryFromJson, registryToJson, type RegistryJson } from "../../push/generate/registry-json.ts";
import { formatRegistryFile } from "../../push/generate/registry-file-write.ts";
import { dssFiles } from "./paths.ts";
import { readJson, updateJson } from "./store.ts";

/** The simulated registry: values by key and name, both in the spelling in which they were made. */
export type StoredRegistry = Record<string, Record<string, RegistryJson>>;

/** One value, or `undefined` when the value or its key does not exist. */
export async function readRegistryValue(
  dir: string,
  key: RegistryKey,
  name: string,
): Promise<RegistryValue | undefined> {
  const values = valuesOf(await readJson<StoredRegistry>(dssFiles(dir).registry), key);
  const spelled = values === undefined ? undefined : spelledIn(values, name);
  return spelled === undefined ? undefined : loaded(values?.[spelled]);
}

/** A key's values. `NOT_FOUND` when there is no such key. */
export async function listRegistryValues(dir: string, key: RegistryKey): Promise<Map<string, RegistryValue>> {
  const values = valuesOf(await readJson<StoredRegistry>(dssFiles(dir).registry), key);
  if (values === undefined) throw noSuchKey(key);
  return new Map(Object.entries(values).flatMap(([name, value]) => pair(name, loaded(value))));
}

/** Sets a value, or removes it when `value` is undefined. `NOT_FOUND` when there is no such key. */
export async function changeRegistryValue(
  dir: string,
  key: RegistryKey,
  name: string,
  value: RegistryValue | undefined,
): Promise<void> {
  await updateJson<StoredRegistry>(dssFiles(dir).registry, (registry) => {
    const values = valuesOf(registry, key);
    if (values === undefined) throw noSuchKey(key);
    const spelled = spelledIn(values, name);
    if (value !== undefined) values[spelled ?? name] = registryToJson(value);
    else if (spelled === undefined) return undefined;
    else delete values[spelled];
    return registry;
  });
}

/** The key and everything below it, as a .REG file. `NOT_FOUND` when there is no such key. */
export async function exportRegistryKey(dir: string, key: RegistryKey, version: 4 | 5): Promise<Uint8Array> {
  const registry = await readJson<StoredRegistry>(dssFiles(dir).registry);
  const upper = key.toUpperCase();
  const keys = Object.entries(registry)
    .filter(([name]) => name.toUpperCase() === upper || name.toUpperCase().startsWith(`${upper}\\`))
    .map(([name, values]) => ({
      key: name as RegistryKey,
      values: new Map(Object.entries(values).flatMap(([name, value]) => pair(name, loaded(value)))),
    }));
  if (keys.length === 0) throw noSuchKey(key);
  return formatRegistryFile({ version, keys });
}

function valuesOf(registry: StoredRegistry, key: RegistryKey): Record<string, RegistryJson> | undefined {
  const spelled = spelledIn(registry, key);
  return spelled === undefined ? undefined : registry[spelled];
}

/** Registry names are the same in any case. */
function spelledIn(record: object, name: string): string | undefined {
  return Object.keys(record).find((known) => known.toUpperCase() === name.toUpperCase());
}

function loaded(value: RegistryJson | undefined): RegistryValue | undefined {
  return value === undefined ? undefined : registryFromJson(value);
}

function pair(name: string, value: RegistryValue | undefined): [string, RegistryValue][] {
  return value === undefined ? [] : [[name, value]];
}

function noSuchKey(key: RegistryKey): ResyncError {
  return new ResyncError("NOT_FOUND", {
    message: `The simulated registry has no key ${key}.`,
    facts: { key },
  });
}
