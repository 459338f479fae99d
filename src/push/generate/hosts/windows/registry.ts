import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { EXIT, hasCode, ResyncError } from "../../../../errors.ts";
import type { DssHost, RegistryKey, RegistryValue } from "../../dss-host.ts";
import { formatRegistryFile } from "../../registry-file-write.ts";
import { sameValue } from "../../registry-data.ts";
import { parseRegistryFile, valuesIn } from "../../registry-file.ts";
import { decodeConsole } from "./code-page.ts";
import type { TemporaryFile, WindowsMachine } from "./machine.ts";
import { runWindows } from "./run.ts";

type RegistryActs = Pick<DssHost, "readValue" | "listValues" | "writeValue" | "deleteValue" | "exportKey">;

/**
 * A registry through reg.exe. Values travel in .REG files, which are UTF-16: in what reg.exe prints, and in its arguments, names beyond
 * the code page are lost.
 */
export function windowsRegistry(machine: WindowsMachine, timeoutMs: number): RegistryActs {
  const reg = (...args: string[]) => runWindows(machine, "reg", args, timeoutMs);

  const exportKey = async (key: RegistryKey): Promise<Uint8Array> =>
    withFile(machine, async (file) => {
      // The file does not exist yet, so that no version of reg.exe asks back; XP's does not know /y.
      const { stdout, stderr } = await reg("export", key, file.windowsPath);
      const bytes = await readFile(file.hostPath).catch(() => undefined);
      if (bytes !== undefined && bytes.length > 0) return bytes;
      if (!(await keyIsThere(key))) throw noKey(machine, key);
      const said = decodeConsole(Buffer.concat([stdout, stderr]), await codePage(machine, timeoutMs));
      throw denied(machine, `${key} cannot be read`, said.trim());
    });

  /** Goes up to a key that can be listed, and looks for the next one below it: reg.exe tells why it failed in words only. */
  const keyIsThere = async (key: string): Promise<boolean> => {
    if ((await reg("query", key)).exitCode === 0) return true;
    const parent = key.slice(0, key.lastIndexOf("\\"));
    if (!parent.includes("\\")) return false;
    const listed = await reg("query", parent);
    if (listed.exitCode !== 0) return keyIsThere(parent);
    const names = listed.stdout.toString("latin1").split(/\r?\n/u);
    return names.some((name) => name.trim().toUpperCase() === key.toUpperCase());
  };

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

/** The OEM code page of the machine: `Nls\CodePage`, value `OEMCP`; 850 when it cannot be had. */
async function codePage(machine: WindowsMachine, timeoutMs: number): Promise<number> {
  const key = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage";
  const { stdout } = await runWindows(machine, "reg", ["query", key, "/v", "OEMCP"], timeoutMs);
  return Number(/REG_SZ\s+(\d+)/u.exec(stdout.toString("latin1"))?.[1] ?? 850);
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

function noKey(machine: WindowsMachine, key: string): ResyncError {
  return new ResyncError("NOT_FOUND", {
    message: `There is no registry key ${key} on ${machine.label}.`,
    facts: { key },
    exitCode: EXIT.preflight,
  });
}

function denied(machine: WindowsMachine, what: string, said: string): ResyncError {
  return new ResyncError("ACCESS_DENIED", {
    message: `${what} on ${machine.label}: ${said || "no word"}.`,
    hint: "Run resync as a member of the Administrators group; on Windows Vista and later from an elevated prompt.",
    facts: { said },
    exitCode: EXIT.preflight,
  });
}
