import { z } from "zod";
import type { RegistryValue } from "./dss-host.ts";

/** A registry value as JSON: in journals, and in the files of a simulated DSS. Bytes are hexadecimal digits. */
export const REGISTRY_JSON = z.discriminatedUnion("type", [
  z.object({ type: z.literal("REG_SZ"), data: z.string() }),
  z.object({ type: z.literal("REG_EXPAND_SZ"), data: z.string() }),
  z.object({ type: z.literal("REG_MULTI_SZ"), data: z.array(z.string()) }),
  z.object({ type: z.literal("REG_DWORD"), data: z.int().min(0).max(0xffff_ffff) }),
  z.object({ type: z.literal("other"), number: z.int().nonnegative(), data: z.hex() }),
]);

export type RegistryJson = z.infer<typeof REGISTRY_JSON>;

/** The value as plain data that survives JSON. */
export function registryToJson(value: RegistryValue): RegistryJson {
  if (value.type === "other") return { ...value, data: Buffer.from(value.data).toString("hex") };
  return value.type === "REG_MULTI_SZ" ? { ...value, data: [...value.data] } : value;
}

/** The value that `registryToJson` was given. */
export function registryFromJson(json: RegistryJson): RegistryValue {
  return json.type === "other" ? { ...json, data: Uint8Array.from(Buffer.from(json.data, "hex")) } : json;
}
