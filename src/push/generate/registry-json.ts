import type { RegistryValue } from "./dss-host.ts";

/** A registry value as JSON: in journals, and in the files of a simulated DSS. Bytes are hexadecimal digits. */
export type RegistryJson =
  | { readonly type: "REG_SZ" | "REG_EXPAND_SZ"; readonly data: string }
  | { readonly type: "REG_MULTI_SZ"; readonly data: string[] }
  | { readonly type: "REG_DWORD"; readonly data: number }
  | { readonly type: "other"; readonly number: number; readonly data: string };

/** The value as plain data that survives JSON. */
export function registryToJson(value: RegistryValue): RegistryJson {
  if (value.type === "other") return { ...value, data: Buffer.from(value.data).toString("hex") };
  return value.type === "REG_MULTI_SZ" ? { ...value, data: [...value.data] } : value;
}

/** The value that `registryToJson` was given. */
export function registryFromJson(json: RegistryJson): RegistryValue {
  return json.type === "other" ? { ...json, data: Uint8Array.from(Buffer.from(json.data, "hex")) } : json;
}
