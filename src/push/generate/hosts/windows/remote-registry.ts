import { EXIT, hasCode, ResyncError } from "../../../../errors.ts";
import type { DssHost, RegistryKey, RegistryValue } from "../../dss-host.ts";
import { sameValue, showValue } from "../../registry-data.ts";
import { formatRegistryFile } from "../../registry-file-write.ts";
import { valuesIn, type RegistryFileKey } from "../../registry-file.ts";
import { decodeConsole, oemCodePage } from "./code-page.ts";
import { connectionError, denied, noKey } from "./failures.ts";
import { keyIsThere, namesShown } from "./key-is-there.ts";
import type { WindowsMachine } from "./machine.ts";
import { runWindows } from "./run.ts";
import { addressed, parseQuery, win32Of } from "./services.ts";
import { argumentsFor, parseShownKeys } from "./shown-keys.ts";

type RegistryActs = Pick<DssHost, "readValue" | "listValues" | "writeValue" | "deleteValue" | "exportKey">;

/**
 * The registry of another machine through reg.exe, whose export and import know this machine only. So values are read from what it shows,
 * in this machine's OEM code page: a string that it does not show as it was written is taken back and refused.
 */
export function remoteRegistry(machine: WindowsMachine, timeoutMs: number): RegistryActs {
  const reg = (act: string, key: string, ...more: string[]) =>
    runWindows(machine, "reg", [act, addressOf(machine, key), ...more], timeoutMs);
  let asked: Promise<number> | undefined;
  const codePage = (): Promise<number> => (asked ??= oemCodePage(machine, timeoutMs));

  const list = async (key: string): Promise<readonly string[] | undefined> => {
    const { stdout, exitCode } = await reg("query", key);
    return exitCode === 0 ? namesShown(stdout) : undefined;
  };

  const shownKeys = async (key: RegistryKey, ...more: string[]): Promise<RegistryFileKey[]> => {
    const { stdout, stderr, exitCode } = await reg("query", key, ...more);
    if (exitCode === 0) return parseShownKeys(decodeConsole(stdout, await codePage()));
    if ((await list("HKEY_LOCAL_MACHINE")) === undefined) throw await whyNoRegistry(machine, timeoutMs);
    if (!(await keyIsThere(list, key))) throw noKey(machine, key);
    throw denied(machine, `${key} cannot be read`, decodeConsole(stderr, await codePage()).trim());
  };

  const listValues = async (key: RegistryKey): Promise<Map<string, RegistryValue>> => {
    const values = valuesIn({ version: 5, keys: await shownKeys(key) }, key) ?? new Map<string, undefined>();
    return new Map([...values].filter((entry): entry is [string, RegistryValue] => entry[1] !== undefined));
  };

  const readValue = async (key: RegistryKey, name: string): Promise<RegistryValue | undefined> => {
    try {
      return named(await listValues(key), name);
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  };

  const add = async (key: RegistryKey, name: string, value: RegistryValue): Promise<string> => {
    const [type, data] = argumentsFor(value) ?? [];
    if (type === undefined || data === undefined) return "reg.exe cannot be given this type";
    const { exitCode } = await reg("add", key, "/v", name, "/t", type, "/d", data, "/f");
    return `reg.exe ended with ${exitCode}`;
  };

  const remove = async (key: RegistryKey, name: string): Promise<string> =>
    `reg.exe ended with ${(await reg("delete", key, "/v", name, "/f")).exitCode}`;

  return {
    listValues,
    readValue,

    async exportKey(key) {
      const keys = await shownKeys(key, "/s");
      // A key without values is not shown itself.
      const whole = valuesIn({ version: 5, keys }, key) === undefined ? [{ key, values: new Map() }, ...keys] : keys;
      return formatRegistryFile({ version: 5, keys: whole });
    },

    async writeValue(key, name, value) {
      // reg add makes a key that is missing; looking first keeps a misspelled one from being made.
      const before = named(await listValues(key), name);
      const said = await add(key, name, value);
      const after = await readValue(key, name).catch(unlessUnreadable);
      if (after !== UNREADABLE) {
        if (sameValue(after, value)) return;
        if (sameValue(after, before)) throw denied(machine, `${name} in ${key} cannot be written`, said);
      }
      await (before === undefined ? remove(key, name) : add(key, name, before));
      const whole = sameValue(await readValue(key, name), before);
      throw notShown(machine, name, value, after, whole, await codePage());
    },

    async deleteValue(key, name) {
      if ((await readValue(key, name)) === undefined) return;
      const said = await remove(key, name);
      if ((await readValue(key, name)) === undefined) return;
      throw denied(machine, `${name} in ${key} cannot be removed`, said);
    },
  };
}

/** Names are found in any case. */
function named(values: ReadonlyMap<string, RegistryValue>, name: string): RegistryValue | undefined {
  return [...values].find(([spelled]) => spelled.toUpperCase() === name.toUpperCase())?.[1];
}

/** `\\HOST\HKLM\…`, as reg.exe wants it. */
function addressOf(machine: WindowsMachine, key: string): string {
  return [...addressed(machine), key.replace(/^HKEY_LOCAL_MACHINE/iu, "HKLM")].join("\\");
}

/**
 * Why not even the root of the registry answers: reg.exe tells in words only, sc.exe by number. NT 4 has no service of its own for it
 * (error 1060); where there is one and it runs, or there is none, only rights are left.
 */
async function whyNoRegistry(machine: WindowsMachine, timeoutMs: number): Promise<ResyncError> {
  const output = await runWindows(machine, "sc", [...addressed(machine), "query", "RemoteRegistry"], timeoutMs);
  const state = parseQuery(output.stdout.toString("latin1"))?.state;
  if (state === undefined || state === "running") {
    const win32 = win32Of(output);
    const word = win32 === undefined || win32 === 1060 ? "reg.exe is not let in" : `error ${win32}`;
    return connectionError(machine, win32) ?? denied(machine, "The registry cannot be opened", word);
  }
  return new ResyncError("DSS_UNREACHABLE", {
    message: `The registry of ${machine.label} cannot be opened: its service Remote Registry is ${state}.`,
    hint: `Start it there, or from here: sc \\\\${machine.remote} start RemoteRegistry`,
    facts: { service: "RemoteRegistry", state },
  });
}

/** In the place of a value that `reg query` shows in a way that cannot be read. */
const UNREADABLE = Symbol("unreadable");

function unlessUnreadable(error: unknown): typeof UNREADABLE {
  if (hasCode(error, "PREFLIGHT_REFUSED")) return UNREADABLE;
  throw error;
}

function notShown(
  machine: WindowsMachine,
  name: string,
  value: RegistryValue,
  after: RegistryValue | undefined | typeof UNREADABLE,
  putBack: boolean,
  codePage: number,
): ResyncError {
  const is = after === UNREADABLE ? "what cannot be read" : showValue(after);
  return new ResyncError("NAME_INVALID", {
    message: `${name} on ${machine.label} was written as ${showValue(value)} and read back as ${is}: reg.exe shows neither line breaks nor characters beyond code page ${codePage}.`,
    state: putBack ? "The value is as it was." : `The value could NOT be put back: look at ${name} on the host.`,
    hint: "Use samba:// or handoff:DIR for such names, or a Windows whose language has them.",
    facts: { name, is, should: showValue(value) },
    exitCode: EXIT.preflight,
  });
}
