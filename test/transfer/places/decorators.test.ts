import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { steppingClock } from "../../../src/clock.ts";
import { ResyncError } from "../../../src/errors.ts";
import { recordingReporter } from "../../../src/report/reporter.ts";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath, type Place } from "../../../src/transfer/place.ts";
import { withDryRun } from "../../../src/transfer/places/dry-run.ts";
import { withLog } from "../../../src/transfer/places/log.ts";
import { memoryPlace, type MemoryPlace } from "../../../src/transfer/places/memory.ts";
import { withRetry } from "../../../src/transfer/places/retry.ts";
import { placeContract } from "../../contract/place.ts";

const A = placePath("A.TMP");
const B = placePath("B.GLB");
const X = Buffer.from("0123456789");
async function* once(): AsyncGenerator<Uint8Array> {
  yield X;
}
const lost = (facts = {}): ResyncError =>
  new ResyncError("CONNECTION_LOST", { message: "gone", retryable: true, facts });

/** A place with a bed's way round it, for the contract. */
const bedOf = (memory: MemoryPlace, place: Place) => ({
  place,
  put: async (name: string, bytes: Uint8Array) => void memory.files.set(name, Buffer.from(bytes)),
  peek: async (name: string) => {
    const bytes = memory.files.get(name);
    if (bytes === undefined) throw new Error(`${name} is not there`);
    return bytes;
  },
  names: async () => [...memory.files.keys(), ...memory.folders].filter((path) => !path.includes("/")).toSorted(),
  makeFolder: async (name: string) => void memory.folders.add(name),
  close: async () => undefined,
});

/** `memory` behind a connection that breaks: each entry of `script` is the failure of one act, `undefined` lets one pass. */
function flaky(memory: MemoryPlace, script: Partial<Record<keyof Place, (ResyncError | undefined)[]>>) {
  const opened = { times: 0, closed: 0 };
  const breaking = (act: keyof Place): ResyncError | undefined => script[act]?.shift();
  const connect = async (): Promise<Place> => {
    opened.times += 1;
    const guard = async <T>(act: keyof Place, work: () => Promise<T>): Promise<T> => {
      const failure = breaking(act);
      if (failure) throw failure;
      return work();
    };
    return {
      ...memory,
      list: async (folder, options) => guard("list", async () => memory.list(folder, options)),
      stat: async (path, options) => guard("stat", async () => memory.stat(path, options)),
      remove: async (path, options) => guard("remove", async () => memory.remove(path, options)),
      async *read(path, options) {
        for await (const chunk of memory.read(path, options)) {
          for (const byte of chunk) {
            const failure = breaking("read");
            if (failure) throw failure;
            yield Buffer.from([byte]);
          }
        }
      },
      close: async () => void (opened.closed += 1),
    };
  };
  return { connect, opened };
}

async function retrying(
  memory: MemoryPlace,
  script: Parameters<typeof flaky>[1],
  changes: (place: Place) => Place = (place) => place,
) {
  const { connect, opened } = flaky(memory, script);
  const reporter = recordingReporter();
  const clock = steppingClock(new Date(0));
  const reopen = async (): Promise<Place> => changes(await connect());
  const place = withRetry(await reopen(), { reopen, attempts: 3, clock, reporter });
  return { place, opened, reporter, clock };
}

placeContract("in memory, with retry and log", async () => {
  const memory = memoryPlace();
  const reporter = recordingReporter();
  const reopen = async (): Promise<Place> => withLog(memory, reporter);
  return bedOf(memory, withRetry(await reopen(), { reopen, attempts: 3, clock: steppingClock(new Date(0)), reporter }));
});

describe("withDryRun", () => {
  it("reads, and refuses every write", async () => {
    const memory = memoryPlace();
    memory.files.set(A, X);
    const place = withDryRun(memory);
    expect(await place.list()).toHaveLength(1);
    expect((await collectBytes(place.read(A), 100)).equals(X)).toBe(true);
    await expect(place.writeNew(B, bytesOf(X))).rejects.toMatchObject({ code: "DRY_RUN" });
    await expect(place.replace(A, B)).rejects.toMatchObject({ code: "DRY_RUN" });
    await expect(place.remove(A)).rejects.toMatchObject({ code: "DRY_RUN" });
    expect([...memory.files.keys()]).toEqual([A]);
  });
});

describe("withLog", () => {
  it("tells each act and how it ended", async () => {
    const reporter = recordingReporter();
    const place = withLog(memoryPlace("memory:in"), reporter);
    await place.writeNew(A, bytesOf(X));
    await collectBytes(place.read(A), 100);
    await expect(place.replace(B, A)).rejects.toThrow("does not exist");
    const told = reporter.events.map((event) =>
      event.type === "debug" ? event.text.replace(/ \(\d+ ms\)/u, "") : event.type,
    );
    expect(told).toEqual([
      "memory:in: write A.TMP: 10 bytes",
      "memory:in: read A.TMP: 10 bytes, to the end",
      "memory:in: replace A.TMP by B.GLB: NOT_FOUND: memory:in/B.GLB does not exist.",
    ]);
  });
});

describe("withRetry", () => {
  it("tries again over a new connection, waits longer each time, and tells it", async () => {
    const { place, opened, reporter, clock } = await retrying(memoryPlace(), { list: [lost(), lost()] });
    expect(await place.list()).toEqual([]);
    expect(opened).toEqual({ times: 3, closed: 2 });
    expect(clock.monotonic()).toBe(3_000);
    expect(reporter.events.map((event) => event.type)).toEqual(["warning", "warning", "note"]);
  });

  it("gives up after its tries with the last failure", async () => {
    const last = lost({ last: true });
    const { place, opened } = await retrying(memoryPlace(), { list: [lost(), lost(), last] });
    await expect(place.list()).rejects.toBe(last);
    expect(opened.times).toBe(3);
  });

  it("does not try again what will not pass", async () => {
    const denied = new ResyncError("ACCESS_DENIED", { message: "no" });
    const { place, opened } = await retrying(memoryPlace(), { list: [denied] });
    await expect(place.list()).rejects.toBe(denied);
    expect(opened.times).toBe(1);
  });

  it("keeps the connection when only a file was busy", async () => {
    const busy = new ResyncError("FILE_BUSY", { message: "open elsewhere", retryable: true });
    const { place, opened } = await retrying(memoryPlace(), { remove: [busy] });
    await place.remove(A);
    expect(opened.times).toBe(1);
  });

  it("reads on where it was, each byte once", async () => {
    const memory = memoryPlace();
    memory.files.set(A, X);
    const script = [undefined, undefined, undefined, lost(), undefined, undefined, undefined, undefined, lost()];
    const { place, opened } = await retrying(memory, { read: script });
    expect((await collectBytes(place.read(A), 100)).toString()).toBe(X.toString());
    expect(opened.times).toBe(3);
  });

  it.each([
    ["another file", "another file"],
    ["a shorter one", "0"],
    ["none", ""],
  ])("does not go on with %s", async (_name, text) => {
    const memory = memoryPlace();
    memory.files.set(A, X);
    const { place } = await retrying(memory, { read: [undefined, undefined, lost()] });
    const reading = (async () => {
      for await (const chunk of place.read(A)) if (chunk[0] === X[1]) memory.files.set(A, Buffer.from(text));
    })();
    await expect(reading).rejects.toMatchObject({ code: "FILE_CHANGED" });
  });

  describe("writeNew", () => {
    /** Writes fail after taking all of the source, `failures` times; a failed one leaves its part and says so, or not. */
    const failing = (failures: ResyncError[]) => (place: Place) => ({
      ...place,
      writeNew: async (...args: Parameters<Place["writeNew"]>) => {
        const written = await place.writeNew(...args);
        const failure = failures.shift();
        if (failure) throw failure;
        return written;
      },
    });
    const fresh = bytesOf(X);

    it("removes what it left itself and writes again", async () => {
      const memory = memoryPlace();
      const { place } = await retrying(memory, {}, failing([lost({ leftBehind: A })]));
      expect(await place.writeNew(A, fresh)).toBe(X.length);
      expect(memory.files.get(A)?.equals(X)).toBe(true);
    });

    it("never removes what it cannot prove to be its own", async () => {
      const memory = memoryPlace();
      const { place } = await retrying(memory, {}, failing([lost()]));
      await expect(place.writeNew(A, fresh)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
      expect(memory.files.has(A)).toBe(true);
    });

    it.each([
      ["a generator", () => once()],
      ["a stream", () => Readable.from([X])],
    ])("does not write the rest of %s that has begun", async (_name, source) => {
      const { place, opened } = await retrying(memoryPlace(), {}, failing([lost({ leftBehind: A })]));
      await expect(place.writeNew(A, source())).rejects.toMatchObject({ code: "CONNECTION_LOST" });
      expect(opened.times).toBe(1);
    });

    it("tries a generator again from which nothing was taken", async () => {
      const failures = [lost()];
      const early = (place: Place): Place => ({
        ...place,
        writeNew: async (...args) => {
          const failure = failures.shift();
          if (failure) throw failure;
          return place.writeNew(...args);
        },
      });
      const { place } = await retrying(memoryPlace(), {}, early);
      expect(await place.writeNew(A, once())).toBe(X.length);
    });
  });

  describe("replace", () => {
    const cutOff = (when: "before" | "after") => {
      let left = 1;
      return (place: Place): Place => ({
        ...place,
        replace: async (...args) => {
          if (when === "before" && left-- > 0) throw lost();
          const result = await place.replace(...args);
          if (when === "after" && left-- > 0) throw lost();
          return result;
        },
      });
    };

    it.each(["before", "after"] as const)("happens once when the connection is lost %s it", async (when) => {
      const memory = memoryPlace();
      memory.files.set(A, X);
      memory.files.set(B, Buffer.from("old"));
      const { place } = await retrying(memory, {}, cutOff(when));
      expect(await place.replace(A, B)).toEqual({ atomic: true });
      expect([...memory.files]).toEqual([[B, X]]);
    });

    it("does not take somebody else's file for its own", async () => {
      const memory = memoryPlace();
      memory.files.set(B, X);
      const { place } = await retrying(memory, { stat: [lost()] });
      await expect(place.replace(A, B)).rejects.toMatchObject({ code: "NOT_FOUND" });
    });
  });

  it("ends while it waits, on abort", async () => {
    const end = new AbortController();
    const memory = memoryPlace();
    const { connect } = flaky(memory, { list: [lost(), lost()] });
    const clock = { ...steppingClock(new Date(0)), sleep: async () => end.abort() };
    const place = withRetry(await connect(), { reopen: connect, attempts: 9, clock, reporter: recordingReporter() });
    await expect(place.list(undefined, { signal: end.signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
