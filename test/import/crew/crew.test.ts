import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { spread, spreadOver } from "../../../src/import/crew/crew.ts";
import { newHand } from "../../../src/import/crew/hand.ts";
import { fromFailure, toFailure } from "../../../src/import/crew/messages.ts";
import { archiveFiles } from "../../../src/import/snapshot/archive.ts";
import { hashFiles } from "../../../src/import/snapshot/hash-files.ts";

let root: string;
let paths: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "resync-crew-"));
  paths = Array.from({ length: 500 }, (_, n) => `${n}`);
  for (const path of paths) writeFileSync(join(root, path), `file ${path}`);
});
afterEach(() => rmSync(root, { recursive: true }));
const hashes = (): (string | undefined)[] => paths.map((path) => hash("sha256", `file ${path}`));

describe("a job", () => {
  it.each([20, 500])("on %i files gives one result for each, in their order", async (count) => {
    expect(await spread(hashFiles, { root }, paths.slice(0, count))).toEqual(hashes().slice(0, count));
  });

  it("tells what is done as it goes on", async () => {
    const told: (string | undefined)[] = [];
    const onDone = (results: readonly (string | undefined)[], from: number) =>
      results.forEach((result, n) => (told[from + n] = result));
    await spread(hashFiles, { root }, paths, { onDone });
    expect(told).toEqual(hashes());
  });

  it("that two ask for at the same time gives each their own", async () => {
    rmSync(join(root, "7"));
    const backwards = paths.toReversed();
    const [one, other] = await Promise.all([
      spread(hashFiles, { root }, paths),
      spread(hashFiles, { root }, backwards),
    ]);
    expect(one).toEqual(hashes().with(7, undefined));
    expect(other).toEqual(one.toReversed());
  });

  it.each([20, 500])("on %i files ends with the error of the file system, by its code", async (count) => {
    mkdirSync(join(root, "folder"));
    const asked = paths.slice(0, count).with(11, "folder");
    await expect(spread(hashFiles, { root }, asked)).rejects.toMatchObject({ code: "EISDIR" });
  });

  it.each([20, 500])("on %i files ends with an error of ours, whole", async (count) => {
    const archive = join(root, "archive");
    writeFileSync(archive, "");
    const entry = { key: "", path: "3", kind: "file", size: 1, mtimeMs: 1, mode: 0, uid: 0, gid: 0 } as const;
    const placed = paths.slice(0, count).map(() => ({ entry, at: 0 }));
    const error = await spread(archiveFiles, { root, archive }, placed).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ResyncError);
    expect(error).toMatchObject({
      code: "POSTOFFICE_NOT_READY",
      exitCode: 3,
      message: expect.stringContaining(join(root, "3")) as string,
      state: "The postoffice was not changed.",
      facts: { file: join(root, "3") },
    });
  });

  it("ends when it is told to, and goes no further", async () => {
    const stop = new AbortController();
    let slices = 0;
    const onDone = () => {
      slices += 1;
      stop.abort();
    };
    await expect(spread(hashFiles, { root }, paths, { signal: stop.signal, onDone })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(slices).toBeLessThanOrEqual(3);
  });
});

describe("a thread", () => {
  const dying = new URL(
    "data:text/javascript,import{parentPort}from'node:worker_threads';parentPort.on('message',()=>process.exit(1))",
  );
  const unborn = new URL("data:text/javascript,throw new Error('no')");

  it.each([
    ["that dies at its work", dying],
    ["that cannot start", unborn],
    ["that is refused", new URL("https://example.invalid/")],
  ])("%s leaves it to the others", async (_, program) => {
    const hands = [newHand(program), newHand()];
    const result = await spreadOver(hands, 10, { job: hashFiles, common: { root }, items: paths });
    expect(result).toEqual(hashes());
    expect(await hands[0]?.do(hashFiles, { root }, paths)).toBe(undefined);
  });
});

describe("an error between threads", () => {
  it("keeps what decisions are taken on", () => {
    const ours = new ResyncError("VERIFY_FAILED", { message: "m", state: "s", hint: "h", facts: { a: 1 } });
    expect(fromFailure(structuredClone(toFailure(ours)))).toEqual(ours);
    const theirs = Object.assign(new Error("EACCES: no"), { code: "EACCES", path: "/p", syscall: "open", errno: -13 });
    expect(fromFailure(structuredClone(toFailure(theirs)))).toMatchObject({
      code: "EACCES",
      path: "/p",
      syscall: "open",
    });
    expect(fromFailure(structuredClone(toFailure("text"))).message).toBe("text");
  });
});
