import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRollback } from "../../../src/import/snapshot/rollback-plan.ts";
import { stateOf, type FileState, type PostofficeState } from "../../../src/import/snapshot/state.ts";

function file(key: string, content: string, changes: Partial<FileState> = {}): FileState {
  return {
    key,
    path: key,
    size: content.length,
    mtimeMs: 1000,
    mode: 0o644,
    uid: 0,
    gid: 0,
    sha256: `hash of ${content}`,
    hex: undefined,
    ...changes,
  };
}

const control = (mailbag: number, letter: number, changes: Partial<FileState> = {}) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(mailbag, 0);
  bytes.writeUInt32LE(letter, 4);
  const hex = bytes.toString("hex");
  return file("GLB/CONTROL.GLB", hex, { size: 8, hex, ...changes });
};

const state = (...files: FileState[]): PostofficeState => stateOf(files);

describe("the plan of a roll-back", () => {
  it("has nothing to do when nothing changed", () => {
    const one = state(file("GLB/TID.GLB", "a"), file("MBG/00000001.MBG", "mail", { sha256: undefined }));
    expect(planRollback(one, one, one)).toEqual({ restore: [], touchUp: [], remove: [], left: [], conflicts: [] });
  });

  it("restores what changed, removes what is new, brings back what is gone", () => {
    const before = state(file("USR/1.USR", "old"), file("GLB/GWTRANS.GLB", ""));
    const after = state(file("USR/1.USR", "new"), file("USR/2.USR", "more"));
    const plan = planRollback(before, after, after);
    expect(plan.restore.map(({ before }) => before.key)).toEqual(["GLB/GWTRANS.GLB", "USR/1.USR"]);
    expect(plan.remove.map(({ key }) => key)).toEqual(["USR/2.USR"]);
    expect(plan.conflicts).toEqual([]);
  });

  it("only touches up a file with the right bytes and another time, mode, owner or spelling", () => {
    const before = state(file("USR/1.USR", "x"));
    for (const change of [{ mtimeMs: 2000 }, { mode: 0o600 }, { uid: 1000 }, { path: "USR/1.usr" }]) {
      const now = state(file("USR/1.USR", "x", change));
      expect(planRollback(before, now, now)).toMatchObject({ restore: [], touchUp: [{ now: change }], conflicts: [] });
    }
  });

  it("finds a conflict in every data file that is neither as before nor as after", () => {
    const before = state(file("GLB/TID.GLB", "a"));
    const after = state(file("GLB/TID.GLB", "b"));
    for (const now of [state(file("GLB/TID.GLB", "c")), state()]) {
      expect(planRollback(before, after, now).conflicts.map(({ path }) => path)).toEqual(["GLB/TID.GLB"]);
    }
    expect(
      planRollback(before, before, state(file("GLB/TID.GLB", "a"), file("USR/9.USR", "x"))).conflicts,
    ).toHaveLength(1);
  });

  it("leaves a log alone that others have written to", () => {
    const [before, after] = [state(file("LOG/DIRSYNC.LOG", "a")), state(file("LOG/DIRSYNC.LOG", "ab"))];
    expect(planRollback(before, after, after).restore).toHaveLength(1);
    const plan = planRollback(before, after, state(file("LOG/DIRSYNC.LOG", "abc")));
    expect(plan).toMatchObject({ restore: [], left: ["LOG/DIRSYNC.LOG"], conflicts: [] });
  });

  it("never looks at mail that arrives, and removes new mailbags only while they are empty", () => {
    const standing = (content: string) => file("MBG/00000001.MBG", content, { sha256: undefined });
    const made = (content: string) => [file("MBG/00000002.MBG", content), file("KEY/00000002.KEY", "key")];
    const before = state(standing("one"));
    const after = state(standing("one"), ...made(""));
    expect(planRollback(before, after, state(standing("more mail"), ...made("")))).toMatchObject({
      remove: [{ key: "KEY/00000002.KEY" }, { key: "MBG/00000002.MBG" }],
      restore: [],
      conflicts: [],
    });
    const full = state(standing("one"), ...made("mail"));
    expect(planRollback(before, full, full).conflicts).toMatchObject([
      { path: "MBG/00000002.MBG", why: expect.stringContaining("holds mail") },
    ]);
    expect(planRollback(before, after, full).conflicts).toHaveLength(1);
    expect(planRollback(before, after, state(...made(""))).conflicts).toMatchObject([
      { path: "MBG/00000001.MBG", why: expect.stringContaining("gone") },
    ]);
  });

  describe("for CONTROL.GLB", () => {
    it("takes the mailbag number back and never the letter number", () => {
      const [before, after] = [state(control(5, 100)), state(control(7, 103))];
      const { restore } = planRollback(before, after, after);
      expect(restore).toMatchObject([{ hex: control(5, 103).hex }]);
      // Cut off after that file: it is recognized as done.
      const merged = control(5, 103, { sha256: restore[0]?.before.sha256 });
      expect(planRollback(before, after, state(merged))).toMatchObject({ restore: [], conflicts: [] });
    });

    it("is as before to the byte when no letter was sent", () => {
      const [before, after] = [state(control(5, 100)), state(control(7, 100))];
      expect(planRollback(before, after, after).restore).toMatchObject([
        { hex: undefined, before: { hex: undefined } },
      ]);
    });

    it("is a conflict when somebody took a number since", () => {
      const [before, after] = [state(control(5, 100)), state(control(7, 100))];
      expect(planRollback(before, after, state(control(7, 101))).conflicts).toHaveLength(1);
    });
  });

  it("leads to the state before from any mixture of before and after, and to a conflict from anything else", () => {
    const keys = ["GLB/TID.GLB", "GLB/RESYNC.GLB", "USR/1.USR", "NME/2.NME", "XTN/3.XTN"];
    const versions = fc.tuple(
      ...keys.map(() =>
        fc.record({
          before: fc.option(fc.constantFrom("a", "b")),
          after: fc.option(fc.constantFrom("a", "c")),
          now: fc.constantFrom("before", "after", "other"),
        }),
      ),
    );
    fc.assert(
      fc.property(versions, (files) => {
        const pick = (which: "before" | "after" | "now") =>
          state(
            ...keys.flatMap((key, index) => {
              const version = files[index];
              const content =
                which === "now" ? (version?.now === "other" ? "zzz" : version?.[version.now]) : version?.[which];
              return content === null || content === undefined ? [] : [file(key, content)];
            }),
          );
        const [before, after, now] = [pick("before"), pick("after"), pick("now")];
        const plan = planRollback(before, after, now);
        const strange = keys.filter((_, index) => files[index]?.now === "other");
        expect(plan.conflicts.map(({ path }) => path)).toEqual(strange.toSorted());
        if (strange.length > 0) return;
        const result = new Map(now);
        for (const { before } of plan.restore) result.set(before.key, before);
        for (const { key } of plan.remove) result.delete(key);
        expect(stateOf([...result.values()])).toEqual(before);
        expect(planRollback(before, after, result)).toEqual({
          restore: [],
          touchUp: [],
          remove: [],
          left: [],
          conflicts: [],
        });
      }),
    );
  });
});
