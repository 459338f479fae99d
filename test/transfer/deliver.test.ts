import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { steppingClock } from "../../src/clock.ts";
import { hasCode, ResyncError } from "../../src/errors.ts";
import { openJournal, type Journal, type RunId } from "../../src/journal/journal.ts";
import { bytesOf, localBytes } from "../../src/transfer/bytes.ts";
import { collect } from "../../src/transfer/collect.ts";
import { deliver } from "../../src/transfer/deliver.ts";
import { fingerprint } from "../../src/transfer/digest.ts";
import { encodeManifest, type Manifest } from "../../src/transfer/manifest.ts";
import { GLB_NAME, MANIFEST_NAME } from "../../src/transfer/names.ts";
import { placePath, type Place } from "../../src/transfer/place.ts";
import { memoryPlace } from "../../src/transfer/places/memory.ts";
import { withRetry } from "../../src/transfer/places/retry.ts";
import { recordingReporter } from "../../src/report/reporter.ts";
import { dyingPlace, lyingPlace } from "./faults.ts";

let folder: string;
let journal: Journal;
const { signal } = new AbortController();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "resync-deliver-"));
  journal = await openJournal(async () => undefined, steppingClock(new Date(0)), {
    run: "20261123-214030-k3f9" as RunId,
    command: "push",
    host: "test",
    version: "0",
    data: {},
  });
});
afterEach(() => rm(folder, { recursive: true }));

const OLD = Buffer.from("the old list ".repeat(50));
const NEW = Buffer.from("the new list, a little longer ".repeat(60));

async function delivery(bytes: Buffer, requestors = ["NET/PO1"]): Promise<{ file: string; manifest: Manifest }> {
  const file = join(folder, `copy-${bytes.length}`);
  await writeFile(file, bytes);
  const print = await fingerprint(bytesOf(bytes));
  const manifest: Manifest = {
    format: "msmail-resync-delivery",
    version: 1,
    id: `id-${bytes.length}`,
    createdAt: "2026-11-23T21:40:30Z",
    tool: "resync 0.1.0",
    dss: "simulated:x",
    requestors,
    ...print,
    header: null,
    counts: null,
  };
  return { file, manifest };
}

async function contents(place: Place): Promise<Record<string, number>> {
  const entries = await place.list();
  return Object.fromEntries(entries.map(({ name, size }) => [name, size]));
}

const put = async (place: Place, bytes: Buffer) => deliver(place, await delivery(bytes), { journal, signal });
const take = async (place: Place) => {
  const copy = join(folder, "collected");
  await collect(place, { copy, signal });
  return readFile(copy);
};

describe("a delivery", () => {
  it("arrives as the file and its manifest, and nothing else", async () => {
    const place = memoryPlace();
    const seen: number[] = [];
    const result = await deliver(place, await delivery(NEW), {
      journal,
      signal,
      onProgress: (bytes, total) => {
        expect(total).toBe(NEW.length * 2);
        seen.push(bytes);
      },
    });
    expect(result).toEqual({ outcome: "delivered", atomic: true, removedLeftovers: [], resent: false });
    expect(seen.at(-1)).toBe(NEW.length * 2);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(Object.keys(await contents(place)).toSorted()).toEqual([GLB_NAME, MANIFEST_NAME]);
    expect(await take(place)).toEqual(NEW);
  });

  it("that stands there already is read back and left alone", async () => {
    const place = memoryPlace();
    await put(place, NEW);
    expect(await put(place, NEW)).toMatchObject({ outcome: "unchanged" });
    await place.remove(GLB_NAME);
    await place.writeNew(GLB_NAME, bytesOf(Buffer.alloc(NEW.length, 1)));
    expect(await put(place, NEW)).toMatchObject({ outcome: "delivered" });
    expect(await take(place)).toEqual(NEW);
  });

  it("for other requestors is another delivery, even of the same list", async () => {
    const place = memoryPlace();
    await put(place, NEW);
    const other = await deliver(place, await delivery(NEW, ["NET/PO2"]), { journal, signal });
    expect(other.outcome).toBe("delivered");
  });

  it("replaces the old one and clears leftovers of a cut-off one", async () => {
    const place = memoryPlace();
    await put(place, OLD);
    await place.writeNew(placePath("RS3F9A2C.TMG"), bytesOf(Buffer.from("half")));
    await place.writeNew(placePath("NOTES.TXT"), bytesOf(Buffer.from("mine")));
    expect(await put(place, NEW)).toMatchObject({ removedLeftovers: ["RS3F9A2C.TMG"] });
    expect(await take(place)).toEqual(NEW);
    expect(Object.keys(await contents(place)).toSorted()).toEqual(["NOTES.TXT", GLB_NAME, MANIFEST_NAME]);
  });

  it("that reads back wrong once is sent again, one request at a time", async () => {
    const place = memoryPlace();
    expect(await put(lyingPlace(place, 1), NEW)).toMatchObject({ outcome: "delivered", resent: true });
    expect(await take(place)).toEqual(NEW);
  });

  it("that keeps reading back wrong is refused; the old one stands", async () => {
    const place = memoryPlace();
    await put(place, OLD);
    const error = await put(lyingPlace(place, 100), NEW).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "VERIFY_FAILED", exitCode: 5 });
    expect(error).toMatchObject({ state: expect.stringContaining("earlier delivery") });
    expect(await take(place)).toEqual(OLD);
    expect(Object.keys(await contents(place)).toSorted()).toEqual([GLB_NAME, MANIFEST_NAME]);
  });

  it("does not go where a folder has its name", async () => {
    const place = memoryPlace();
    const blocked: Place = {
      ...place,
      list: async () => [{ name: "resync.glb", kind: "folder", size: 0, modified: undefined }],
    };
    await expect(put(blocked, NEW)).rejects.toMatchObject({ code: "IS_A_FOLDER", exitCode: 5 });
  });

  it("ends at once when aborted, and leaves nothing of its own", async () => {
    const place = memoryPlace();
    await put(place, OLD);
    const controller = new AbortController();
    const reason = new ResyncError("INTERRUPTED", { message: "Ctrl-C" });
    const running = deliver(place, await delivery(NEW), {
      journal,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(running).rejects.toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
    expect(await take(place)).toEqual(OLD);
    expect(Object.keys(await contents(place)).toSorted()).toEqual([GLB_NAME, MANIFEST_NAME]);
  });

  it("cut off at any act is the old one, the new one, or refused as incomplete; the next one mends it", async () => {
    const outcomes = new Set<string>();
    for (let acts = 0; ; acts += 1) {
      const place = memoryPlace();
      await put(place, OLD);
      const dying = dyingPlace(place, acts);
      const failed = await put(dying, NEW).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const taken = await take(place).catch((thrown: unknown) => thrown);
      if (hasCode(taken, "DELIVERY_INCOMPLETE")) outcomes.add("incomplete");
      else if (Buffer.isBuffer(taken) && taken.equals(OLD)) outcomes.add("old");
      else if (Buffer.isBuffer(taken) && taken.equals(NEW)) outcomes.add("new");
      else expect.fail(`after ${acts} acts: ${String(taken)}`);
      if (failed === undefined) break;
      expect(hasCode(failed, "CONNECTION_LOST")).toBe(true);
      await put(place, NEW);
      expect(await take(place)).toEqual(NEW);
      expect(Object.keys(await contents(place)).toSorted()).toEqual([GLB_NAME, MANIFEST_NAME]);
    }
    expect(outcomes).toEqual(new Set(["old", "incomplete", "new"]));
  });
});

describe("collecting", () => {
  it("says that there is nothing", async () => {
    await expect(take(memoryPlace())).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("refuses a file without manifest, a manifest without file, and a pair that does not fit; no copy is left", async () => {
    const place = memoryPlace();
    await place.writeNew(GLB_NAME, bytesOf(OLD));
    await expect(take(place)).rejects.toMatchObject({ code: "DELIVERY_INCOMPLETE", exitCode: 5 });
    await place.writeNew(MANIFEST_NAME, bytesOf(encodeManifest((await delivery(NEW)).manifest)));
    await expect(take(place)).rejects.toMatchObject({ code: "DELIVERY_INCOMPLETE" });
    await place.remove(GLB_NAME);
    await expect(take(place)).rejects.toMatchObject({ code: "DELIVERY_INCOMPLETE" });
    expect((await readdir(folder)).filter((name) => name === "collected")).toEqual([]);
  });

  it("takes the newer delivery when it arrives between the two reads", async () => {
    const place = memoryPlace();
    await put(place, OLD);
    let swapped = false;
    const racing: Place = {
      ...place,
      async *read(path, options) {
        if (path === GLB_NAME && !swapped) {
          swapped = true;
          await put(place, NEW);
        }
        yield* place.read(path, options);
      },
    };
    expect(await take(racing)).toEqual(NEW);
  });

  it("tells a full disk of this machine from the place's", async () => {
    const place = memoryPlace();
    await put(place, OLD);
    const nowhere = collect(place, { copy: join(folder, "missing", "copy"), signal });
    await expect(nowhere).rejects.toMatchObject({ code: "IO" });
  });
});

it("a local file is read whole", async () => {
  const { file } = await delivery(NEW);
  expect(await fingerprint(localBytes(file))).toMatchObject({ size: NEW.length });
});

it("a delivery whose connection breaks in the middle of the file is sent again over a new one", async () => {
  const memory = memoryPlace();
  let broken = false;
  const breaking: Place = {
    ...memory,
    writeNew: async (path, source, options) => {
      if (broken) return memory.writeNew(path, source, options);
      broken = true;
      for await (const chunk of source) {
        if (chunk.length > 0) break;
      }
      throw new ResyncError("CONNECTION_LOST", { message: "reset", retryable: true });
    },
  };
  const reporter = recordingReporter();
  const patience = { attempts: 3, clock: steppingClock(new Date(0)), reporter };
  const place = withRetry(breaking, { ...patience, reopen: async () => memory });
  expect(await put(place, NEW)).toMatchObject({ outcome: "delivered" });
  expect(await take(memory)).toEqual(NEW);
  expect(reporter.events.map(({ type }) => type)).toEqual(["warning", "note"]);
});
