import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { asResyncError } from "../../../src/errors.ts";
import { openJournal, type Journal, type RunId } from "../../../src/journal/journal.ts";
import { collect } from "../../../src/transfer/collect.ts";
import { deliver } from "../../../src/transfer/deliver.ts";
import { encodeManifest } from "../../../src/transfer/manifest.ts";
import { GLB_NAME, MANIFEST_NAME } from "../../../src/transfer/names.ts";
import { memoryPlace, type MemoryPlace } from "../../../src/transfer/places/memory.ts";
import type { SigningKey, TrustedKey } from "../../../src/transfer/signature/keys.ts";
import { signed } from "../../../src/transfer/signature/signature.ts";
import { manifestOf, newKey } from "./support.ts";

const LIST = Buffer.from("a list of addresses ".repeat(20));
const key = newKey();
const { signal } = new AbortController();

let folder: string;
let journal: Journal;
let place: MemoryPlace;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "resync-signed-"));
  const begin = { run: "20261123-214030-k3f9" as RunId, command: "push", host: "test", version: "0", data: {} };
  journal = await openJournal(async () => undefined, systemClock, begin);
  place = memoryPlace();
});
afterEach(() => rm(folder, { recursive: true }));

async function put(signedWith?: SigningKey): Promise<string> {
  const file = join(folder, "list");
  await writeFile(file, LIST);
  const plain = await manifestOf(LIST);
  const manifest = signedWith === undefined ? plain : signed(plain, signedWith);
  return (await deliver(place, { file, manifest, signedWith }, { journal, signal })).outcome;
}

const take = async (...trustedKeys: TrustedKey[]) =>
  collect(place, { copy: join(folder, "copy"), signal, trustedKeys });
const refusal = async () => {
  const thrown = asResyncError(
    await take(key).then(
      () => new Error("it was taken"),
      (error: unknown) => error,
    ),
  );
  expect((await readdir(folder)).includes("copy")).toBe(false);
  return thrown.code;
};

describe("a signed delivery", () => {
  it("is taken with its key, and without any", async () => {
    await put(key);
    expect(await take(key)).toMatchObject({ signedBy: key.id });
    expect(await take()).toMatchObject({ signedBy: undefined });
  });

  it("is refused without its key, before its file is read; so is an unsigned one", async () => {
    await put(newKey());
    const reads: string[] = [];
    const watched = {
      ...place,
      read: (...args: Parameters<typeof place.read>) => (reads.push(args[0]), place.read(...args)),
    };
    const taking = collect(watched, { copy: join(folder, "copy"), signal, trustedKeys: [key] });
    await expect(taking).rejects.toMatchObject({ code: "DELIVERY_NOT_TRUSTED", exitCode: 7 });
    expect(reads).toEqual([MANIFEST_NAME]);
    place = memoryPlace();
    await put();
    expect(await refusal()).toBe("DELIVERY_NOT_TRUSTED");
  });

  it("with any byte of its manifest or its file changed is refused", async () => {
    await put(key);
    const whole = new Map(place.files);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(GLB_NAME, MANIFEST_NAME),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (name, at, change) => {
          const bytes = Buffer.from(whole.get(name) ?? "");
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ change;
          place.files.set(name, bytes);
          expect(await refusal()).toBe(name === GLB_NAME ? "DELIVERY_INCOMPLETE" : "DELIVERY_NOT_TRUSTED");
          place.files.set(name, Buffer.from(whole.get(name) ?? ""));
        },
      ),
      { numRuns: 200 },
    );
    expect(await take(key)).toMatchObject({ signedBy: key.id });
  });

  it("is refused when another list was put under a manifest of its own making", async () => {
    await put(key);
    const forged = Buffer.from("another list");
    place.files.set(GLB_NAME, forged);
    place.files.set(MANIFEST_NAME, Buffer.from(encodeManifest(await manifestOf(forged))));
    expect(await refusal()).toBe("DELIVERY_NOT_TRUSTED");
  });
});

describe("pushing again", () => {
  it("replaces the same list when it stands there unsigned, signed by another, or changed since", async () => {
    expect(await put()).toBe("delivered");
    expect(await put(key)).toBe("delivered");
    expect(await put(key)).toBe("unchanged");
    expect(await put(newKey())).toBe("delivered");
    expect(await put(key)).toBe("delivered");
    const manifest = place.files.get(MANIFEST_NAME)?.toString().replace("simulated:Z", "simulated:z") ?? "";
    place.files.set(MANIFEST_NAME, Buffer.from(manifest));
    expect(await put(key)).toBe("delivered");
    expect(await take(key)).toMatchObject({ signedBy: key.id });
  });

  it("without a key leaves a signed one alone", async () => {
    await put(key);
    expect(await put()).toBe("unchanged");
  });
});
