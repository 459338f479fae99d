import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import {
  DXA_KEY,
  GLOBAL_MAX_VALUE,
  PAUSE_KICKS_VALUE,
  TRIGGER_VALUE,
  type DssHost,
  type RegistryValue,
} from "../../../src/push/generate/dss-host.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import { parseRegistryFile, valuesIn } from "../../../src/push/generate/registry-file.ts";
import type { GenerateRequest } from "../../../src/push/generate/request.ts";
import { testContext } from "./support.ts";

/** A DSS whose registry is put to the test. */
export interface SafetyBed {
  readonly host: DssHost;
  request(more: Partial<GenerateRequest>): GenerateRequest;
  close(): Promise<void>;
}

/** What happens to a run, at the host's act number `at`, counted from the first. */
export interface Mishap {
  readonly at: number;
  /** `lost`: the act is not done; `answer lost`: it is, and nobody hears of it; `Ctrl-C`; `another`: somebody else sets a value. */
  readonly kind: "lost" | "answer lost" | "Ctrl-C" | "another";
}

const number = (data: number): RegistryValue => ({ type: "REG_DWORD", data });
const anyValue: fc.Arbitrary<RegistryValue> = fc.oneof(
  fc.constantFrom(number(0), number(1), number(7)),
  fc.constantFrom("", "C:\\", "Büro").map((data) => ({ type: "REG_SZ" as const, data })),
  fc.constantFrom([], ["A"], ["Büro Süd", "B"]).map((data) => ({ type: "REG_MULTI_SZ" as const, data })),
  fc.uint8Array({ minLength: 1, maxLength: 5 }).map((data) => ({ type: "other" as const, number: 3, data })),
);
/** Values that stood there before: of ours in any type and case, and strangers. */
export const anyValues = fc.dictionary(
  fc.constantFrom(
    GLOBAL_MAX_VALUE,
    GLOBAL_MAX_VALUE.toLowerCase(),
    PAUSE_KICKS_VALUE,
    "SMTPDomain",
    "Requestors Used To Import From",
  ),
  anyValue,
  { maxKeys: 4 },
);
export const anyMishap: fc.Arbitrary<Mishap> = fc.record({
  at: fc.nat({ max: 45 }),
  kind: fc.constantFrom("lost", "answer lost", "Ctrl-C", "another"),
});

const ANOTHER = "RequireValidImpFrom";

/**
 * One generation in which something happens, on a key that held `values`: whatever comes of it, the backup was readable before the first
 * change, every value is as it was, and what somebody else has set meanwhile stays.
 */
export async function expectRegistrySafe(
  bed: SafetyBed,
  values: Readonly<Record<string, RegistryValue>>,
  { at, kind }: Mishap,
  more: Partial<GenerateRequest>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) await bed.host.writeValue(DXA_KEY, name, value);
  const before = await bed.host.listValues(DXA_KEY);
  const request = bed.request(more);
  const interrupt = new AbortController();
  let backup: ReadonlyMap<string, RegistryValue | undefined> | undefined;
  const context = await testContext({ signal: interrupt.signal }, async (entry) => {
    if (entry.type !== "intent" || backup !== undefined) return;
    backup = valuesIn(parseRegistryFile(await readFile(request.backupFile)), DXA_KEY) ?? new Map<string, undefined>();
    expect(sorted(await bed.host.listValues(DXA_KEY))).toEqual(sorted(before));
  });
  let another = false;
  const host = withMishap(bed.host, at, async (act) => {
    if (kind === "lost") throw lost();
    if (kind === "Ctrl-C") interrupt.abort();
    if (kind === "another") {
      another = true;
      await bed.host.writeValue(DXA_KEY, ANOTHER, number(1));
    }
    const result = await act();
    if (kind === "answer lost") throw lost();
    return result;
  });
  const error = await generate(host, request, context).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined) expect(error).toBeInstanceOf(ResyncError);
  const after = await bed.host.listValues(DXA_KEY);
  const expected = new Map([...before, ...(another ? [[ANOTHER, number(1)] as const] : [])]);
  expect(byName(after)).toEqual(byName(expected));
  if (backup !== undefined) expect(sorted(backup)).toEqual(sorted(before));
  expect(await bed.host.readValue(DXA_KEY, TRIGGER_VALUE)).toBeUndefined();
}

/** Values in order, without what somebody else may have set before or behind the backup. */
function sorted(
  values: ReadonlyMap<string, RegistryValue | undefined>,
): (readonly [string, RegistryValue | undefined])[] {
  return byName(values).filter(([name]) => name !== ANOTHER);
}

function byName<T>(values: ReadonlyMap<string, T>): [string, T][] {
  return [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function lost(): ResyncError {
  return new ResyncError("CONNECTION_LOST", { message: "the line dropped" });
}

/** The host, act number `at` of it going through `happen`. */
function withMishap(host: DssHost, at: number, happen: (act: () => Promise<unknown>) => Promise<unknown>): DssHost {
  let acts = 0;
  const entries = Object.entries(host).map(([name, member]) => {
    if (typeof member !== "function" || name === "close") return [name, member];
    const act = member as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => (acts++ === at ? happen(() => act(...args)) : act(...args))];
  });
  return Object.fromEntries(entries) as DssHost;
}
