import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import type { JournalEntry } from "../../../src/journal/journal.ts";
import { CHANGE_STEP } from "../../../src/push/generate/change.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import type { Reporter } from "../../../src/report/reporter.ts";
import { dssBed, pictureOf, putEarlier, requestFor, testContext, type DssBed } from "./support.ts";

/** `intent write-value`, `done`. */
function show(entry: JournalEntry): string {
  const kind = entry.type === "intent" ? entry.data["kind"] : undefined;
  return typeof kind === "string" ? `${entry.type} ${kind}` : entry.type;
}

/** The journal entries of a whole run, so that each can be a moment of interruption. */
async function entriesOfARun(): Promise<string[]> {
  const bed = await dssBed();
  try {
    await putEarlier(bed, "precious");
    const context = await testContext();
    await generate(bed.host, requestFor(bed), context);
    return context.entries.map(show);
  } finally {
    await bed.close();
  }
}

const whole = await entriesOfARun();

/** The DSS as found: values, service, and the earlier list under its name or kept. */
async function expectAsFound(bed: DssBed, before: Awaited<ReturnType<typeof pictureOf>>): Promise<void> {
  const after = await pictureOf(bed);
  expect(after.values).toEqual(before.values);
  expect(after.service).toBe("running");
  expect(Object.values(after.files).filter((content) => content === "precious")).toHaveLength(1);
}

describe("the journal of a run", () => {
  it("names every change before it is made, and ends with the DSS settled", () => {
    expect(whole).toEqual([
      "intent move-file",
      "done",
      "intent write-value",
      "done",
      "intent write-value",
      "done",
      "intent stop-service",
      "done",
      "intent start-service",
      "done",
      "intent restore-value",
      "done",
      "note",
    ]);
  });
});

describe.concurrent("Ctrl-C while the journal is at entry", () => {
  it.each(whole.map((entry, index) => [index, entry] as const))("%i (%s)", async (at) => {
    const bed = await dssBed();
    try {
      await putEarlier(bed, "precious");
      const before = await pictureOf(bed);
      const interrupt = new AbortController();
      let written = -1;
      const context = await testContext({ signal: interrupt.signal }, async (entry) => {
        if (entry.type !== "begin" && ++written === at)
          interrupt.abort(new ResyncError("INTERRUPTED", { message: "Ctrl-C" }));
      });
      const request = requestFor(bed);
      await expect(generate(bed.host, request, context)).rejects.toMatchObject({
        code: "INTERRUPTED",
        exitCode: 130,
        state: expect.stringContaining(`${bed.host.label} was put back`) as string,
      });
      await expectAsFound(bed, before);
      expect(existsSync(request.privateCopy)).toBe(false);
      const changedLater = context.entries.slice(at + 1).filter(({ type, ...entry }) => {
        return type === "intent" && "step" in entry && entry.step === CHANGE_STEP;
      });
      expect(changedLater).toEqual([]);
    } finally {
      await bed.close();
    }
  });
});

describe.concurrent("Ctrl-C as a step begins", () => {
  it.each([
    "dss-locate",
    "dss-check",
    "dss-backup",
    "dss-set-aside",
    "dss-trigger",
    "dss-restart",
    "dss-wait",
    "dss-put-back",
  ])("%s", async (id) => {
    const bed = await dssBed();
    try {
      await putEarlier(bed, "precious");
      const before = await pictureOf(bed);
      const interrupt = new AbortController();
      const reporter: Reporter = {
        emit: (event) => {
          if (event.type === "step" && event.id === id) interrupt.abort();
        },
      };
      const context = { ...(await testContext({ signal: interrupt.signal })), reporter };
      await expect(generate(bed.host, requestFor(bed), context)).rejects.toMatchObject({ code: "INTERRUPTED" });
      await expectAsFound(bed, before);
    } finally {
      await bed.close();
    }
  });
});

describe("a journal that cannot be written any more", () => {
  it.each(whole.map((entry, index) => [index, entry] as const).slice(0, -1))(
    "from entry %i (%s) on: the DSS is put back all the same",
    async (at) => {
      const bed = await dssBed();
      try {
        await putEarlier(bed, "precious");
        const before = await pictureOf(bed);
        let written = -1;
        const context = await testContext({}, async (entry) => {
          if (entry.type !== "begin" && ++written >= at)
            throw new ResyncError("DISK_FULL", { message: "no room for the journal" });
        });
        await expect(generate(bed.host, requestFor(bed), context)).rejects.toMatchObject({ code: "DISK_FULL" });
        await expectAsFound(bed, before);
      } finally {
        await bed.close();
      }
    },
  );
});
