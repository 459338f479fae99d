import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { hasCode } from "../../../../errors.ts";
import type { DssHost, RegistryKey, RegistryValue } from "../../dss-host.ts";
import { formatRegistryFile } from "../../registry-file-write.ts";
import { sameValue } from "../../registry-data.ts";
import { parseRegistryFile, valuesIn } from "../../registry-file.ts";
import { decodeConsole, oemCodePage } from "./code-page.ts";
import { denied, noKey } from "./failures.ts";
import { keyIsThere, namesShown } from "./key-is-there.ts";
import type { TemporaryFile, WindowsMachine } from "./machine.ts";
import { runWindows } from "./run.ts";

type RegistryActs = Pick<DssHost, "readValue" | "listValues" | "writeValue" | "deleteValue" | "exportKey">;

/**
 * A registry through reg.exe. Values travel in .REG files, which are UTF-16: in what reg.exe prints, and in its arguments, names beyond
 * the code page are lost.
 */
export function windowsRegistry(machine: WindowsMachine, timeoutMs: number): RegistryActs {
  const reg = (...args: string[]) => runWindows(machine, "reg", args, timeoutMs);

  const list = async (key: string): Promise<readonly string[] | undefined> => {
    const { stdout, exitCode } = await reg("query", key);
    return exitCode === 0 ? namesShown(stdout) : undefined;
  };

  const exportKey = async (key: RegistryKey): Promise<Uint8Array> =>
    withFile(machine, async (file) => {
      // The file does not exist yet, so that no version of reg.exe asks back; XP's does not know /y.
      const { stdout, stderr } = await reg("export", key, file.windowsPath);
      const bytes = await readFile(file.hostPath).catch(() => undefined);
      if (bytes !== undefined && bytes.length > 0) return bytes;
      if (!(await keyIsThere(list, key))) throw noKey(machine, key);
      const said = decodeConsole(Buffer.concat([stdout, stderr]), await oemCodePage(machine, timeoutMs));
      throw denied(machine, `${key} cannot be read`, said.trim());
    });

  const listValues = async (key: RegistryKey): Promise<Map<string, RegistryValue>> => {
    const values = valuesIn(parseRegistryFile(await exportKey(key)), key) ?? new Map<string, undefined>();
    return new Map([...values].filter((entry): entry is [string, RegistryValue] => entry[1] !== undefined));
  };

  const readValue = async (key: RegistryKey, name: string): Promise<RegistryValue | undefined> => {
    try {
      return [...(await listValues(key))].find(([spelled]) => spelled.toUpperCase() === name.toUpperCase())?.[1];
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  };

  return {
    exportKey,
    listValues,
    readValue,

    writeValue: (key, name, value) =>
      withFile(machine, async (file) => {
        // Import makes a key that is missing; looking first keeps a misspelled one from being made.
        await exportKey(key);
        await writeFile(
          file.hostPath,
          formatRegistryFile({ version: 5, keys: [{ key, values: new Map([[name, value]]) }] }),
        );
        const { exitCode } = await reg("import", file.windowsPath);
        if (exitCode !== 0 && !sameValue(await readValue(key, name), value))
          throw denied(machine, `${name} in ${key} cannot be written`, `reg.exe ended with ${exitCode}`);
      }),

    async deleteValue(key, name) {
      const { exitCode } = await reg("delete", key, "/v", name, "/f");
      if (exitCode === 0 || (await readValue(key, name)) === undefined) return;
      throw denied(machine, `${name} in ${key} cannot be removed`, `reg.exe ended with ${exitCode}`);
    },
  };
}

/** A temporary file, removed afterwards. */
async function withFile<T>(machine: WindowsMachine, act: (file: TemporaryFile) => Promise<T>): Promise<T> {
  const file = machine.temporaryFile(`resync-${randomUUID()}.reg`);
  try {
    return await act(file);
  } finally {
    await rm(file.hostPath, { force: true });
  }
}
