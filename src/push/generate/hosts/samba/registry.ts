import { readFile, rm, writeFile } from "node:fs/promises";
import { ResyncError } from "../../../../errors.ts";
import type { SambaOutput } from "../../../../transfer/smbclient/run.ts";
import type { SambaSession } from "../../../../transfer/smbclient/session.ts";
import type { DssHost, RegistryKey, RegistryValue } from "../../dss-host.ts";
import { formatRegistryFile } from "../../registry-file-write.ts";
import { parseRegistryFile, valuesIn } from "../../registry-file.ts";
import { netError } from "./errors.ts";

type RegistryActs = Pick<DssHost, "readValue" | "listValues" | "writeValue" | "deleteValue" | "exportKey">;

/**
 * A remote registry through `net rpc registry`. Keys are read by `export`, which alone keeps types and odd strings, and goes down into
 * everything below a key; single values by `getvalue`, where it tells them whole. Written is by `import`: `setvalue` cannot write
 * REG_MULTI_SZ, says so, and exits with 0.
 */
export function sambaRegistry(session: SambaSession): RegistryActs {
  let files = 0;
  const temporary = () => session.file(`registry-${++files}.reg`);
  const registry = (...args: string[]) => session.net(["registry", ...args]);

  const exportKey = async (key: RegistryKey): Promise<Uint8Array> => {
    const file = await temporary();
    try {
      const output = await registry("export", key, file);
      const bytes = await readFile(file).catch(() => undefined);
      if (bytes === undefined || failed(output)) throw await netError(session, output, `${key} cannot be read`);
      return bytes;
    } finally {
      await rm(file, { force: true });
    }
  };

  const listValues = async (key: RegistryKey): Promise<Map<string, RegistryValue>> => {
    const values = valuesIn(parseRegistryFile(await exportKey(key)), key) ?? new Map<string, undefined>();
    return new Map([...values].filter((entry): entry is [string, RegistryValue] => entry[1] !== undefined));
  };

  return {
    exportKey,
    listValues,

    async readValue(key, name) {
      const output = await registry("getvalue", key, name);
      if (output.codes.some((code) => ABSENT.includes(code))) return undefined;
      if (failed(output)) throw await netError(session, output, `${name} in ${key} cannot be read`);
      const plain = parsePrinted(output.stdout);
      if (plain !== undefined) return plain;
      try {
        const values = await listValues(key);
        return [...values].find(([spelled]) => spelled.toUpperCase() === name.toUpperCase())?.[1];
      } catch (error) {
        if (error instanceof ResyncError && error.code === "NOT_FOUND") return undefined;
        throw error;
      }
    },

    async writeValue(key, name, value) {
      // Import makes a key that is missing; looking first keeps a misspelled one from being made.
      await exportKey(key);
      const file = await temporary();
      try {
        await writeFile(file, formatRegistryFile({ version: 5, keys: [{ key, values: new Map([[name, value]]) }] }), {
          mode: 0o600,
        });
        const output = await registry("import", file);
        if (failed(output)) throw await netError(session, output, `${name} in ${key} cannot be written`);
      } finally {
        await rm(file, { force: true });
      }
    },

    async deleteValue(key, name) {
      const output = await registry("deletevalue", key, name);
      if (!failed(output) || output.codes.some((code) => ABSENT.includes(code))) return;
      throw await netError(session, output, `${name} in ${key} cannot be removed`);
    },
  };
}

/** A string or a number as `getvalue` prints it; `undefined` for the types that it does not print whole. */
export function parsePrinted(text: string): RegistryValue | undefined {
  const [, type = "", printed = ""] = /^Type +?= (\w+)\nValue +?= ([^]*)\n$/u.exec(text) ?? [];
  if (type === "REG_DWORD" && /^\d+$/u.test(printed)) return { type, data: Number(printed) };
  if ((type === "REG_SZ" || type === "REG_EXPAND_SZ") && /^"[^]*"$/u.test(printed))
    return { type, data: printed.slice(1, -1) };
  return undefined;
}

function failed({ codes, exitCode }: SambaOutput): boolean {
  return codes.length > 0 || exitCode !== 0;
}

const ABSENT = ["WERR_FILE_NOT_FOUND", "NT_STATUS_NO_SUCH_DEVICE"];
