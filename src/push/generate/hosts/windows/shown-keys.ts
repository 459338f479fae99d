import { ResyncError } from "../../../../errors.ts";
import type { RegistryValue } from "../../dss-host.ts";
import { fromRegistryBytes } from "../../registry-data.ts";
import type { RegistryFileKey } from "../../registry-file.ts";

/**
 * Keys and values in what `reg query` of Vista and later shows: `    NAME    TYPE    DATA` below the name of its key, strings of a
 * REG_MULTI_SZ parted by a backslash and a zero. Throws `PREFLIGHT_REFUSED` for a line that is neither, as a line break in a string makes one.
 */
export function parseShownKeys(text: string): RegistryFileKey[] {
  const keys: { key: RegistryFileKey["key"]; values: Map<string, RegistryValue> }[] = [];
  for (const line of text.split(/\r?\n/u)) {
    if (line === "") continue;
    const key = /^(?:\\\\[^\\]+\\)?(?:HKEY_LOCAL_MACHINE|HKLM)\\(.+)$/iu.exec(line)?.[1];
    if (key !== undefined) keys.push({ key: `HKEY_LOCAL_MACHINE\\${key}`, values: new Map() });
    else {
      const [, name = "", type = "", data = ""] = /^ {4}(.*?) {4}(REG_\w+) {4}(.*)$/su.exec(line) ?? [];
      const value = valueShown(type, data);
      const last = keys.at(-1);
      if (value === undefined || last === undefined) throw notRead(line);
      last.values.set(isDefault(name) ? "" : name, value);
    }
  }
  return keys;
}

/** The key's own value has no name; reg.exe calls it `(Default)`, `(Standard)`, by its language. */
function isDefault(name: string): boolean {
  return /^\(.*\)$/u.test(name);
}

/** How `reg add` takes a value: type and data. `undefined` for a type that it is not given here. */
export function argumentsFor(value: RegistryValue): readonly [type: string, data: string] | undefined {
  switch (value.type) {
    case "REG_SZ":
    case "REG_EXPAND_SZ":
      return [value.type, value.data];
    case "REG_MULTI_SZ":
      return [value.type, value.data.join(PARTED)];
    case "REG_DWORD":
      return [value.type, String(value.data)];
    case "other":
      return value.number === 3 ? ["REG_BINARY", Buffer.from(value.data).toString("hex")] : undefined;
  }
}

const PARTED = "\\0";

function valueShown(type: string, data: string): RegistryValue | undefined {
  if (type === "REG_SZ" || type === "REG_EXPAND_SZ") return { type, data };
  if (type === "REG_MULTI_SZ") {
    const strings = data.replace(/(?:\\0)+$/u, "").split(PARTED);
    const all = strings.length === 1 && strings[0] === "" ? "" : strings.map((text) => `${text}\0`).join("");
    return fromRegistryBytes(7, Buffer.from(`${all}\0`, "utf16le"), "utf16le");
  }
  if (type === "REG_DWORD") return /^0x[0-9a-f]{1,8}$/iu.test(data) ? { type, data: Number(data) } : undefined;
  const number = SHOWN_IN_HEX[type];
  if (number === undefined || !/^(?:[0-9a-f]{2})*$/iu.test(data)) return undefined;
  return { type: "other", number, data: new Uint8Array(Buffer.from(data, "hex")) };
}

/** Win32 numbers of the types that are shown byte by byte. */
const SHOWN_IN_HEX: Record<string, number | undefined> = {
  REG_NONE: 0,
  REG_BINARY: 3,
  REG_RESOURCE_LIST: 8,
  REG_FULL_RESOURCE_DESCRIPTOR: 9,
  REG_RESOURCE_REQUIREMENTS_LIST: 10,
};

function notRead(line: string): ResyncError {
  return new ResyncError("PREFLIGHT_REFUSED", {
    message: `What reg.exe shows cannot be read: "${line.slice(0, 60)}" is neither a key nor a value.`,
    hint: "A string with a line break, and a value of a rare type, cannot be read from afar. Use samba:// or handoff:DIR.",
  });
}
