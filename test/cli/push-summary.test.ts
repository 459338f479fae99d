import { describe, expect, it } from "vitest";
import { showPush } from "../../src/cli/push-summary.ts";
import type { PushResult } from "../../src/push/push.ts";

const put = { outcome: "delivered", atomic: true, resent: false, removedLeftovers: [], ok: true } as const;
const manifest = { id: "run", size: 10, sha256: "0".repeat(64), requestors: ["HARBOUR"], header: null, counts: null };
const result = (target: object) =>
  ({
    outcome: "delivered",
    manifest,
    check: undefined,
    targets: [{ ...put, target: "/srv/po", ...target }],
  }) as unknown as PushResult;

describe("what a push says at its end", () => {
  it("names the delivery and the import that comes next", () => {
    const shown = showPush(result({}), 80);
    expect(shown).toContain("/srv/po: RESYNC.GLB and RESYNC.JSN, read back");
    expect(shown).toContain("Next: resync import --from /srv/po --postoffice DIR");
  });

  it("of a list that was put into a postoffice says that its own cycle comes next", () => {
    const shown = showPush(result({ inPostoffice: true }), 80);
    expect(shown).toContain("/srv/po: GLB\\RESYNC.GLB, read back");
    expect(shown).toContain("Next: the postoffice's own dirsync cycle imports it");
  });
});
