import { describe, expect, it } from "vitest";
import { ResyncError } from "../../src/errors.ts";
import { showEvent } from "../../src/report/lines.ts";
import type { ReportEvent } from "../../src/report/reporter.ts";
import { showError } from "../../src/report/show-error.ts";
import { wrap } from "../../src/report/style.ts";
import { table } from "../../src/report/table.ts";

const style = { width: 80, colour: false };
const show = (event: ReportEvent, more: { verbose?: boolean; quiet?: boolean } = {}) =>
  showEvent(event, { style, verbose: more.verbose ?? false, quiet: more.quiet ?? false });

const done: ReportEvent = {
  type: "step-done",
  id: "x",
  title: "Master list",
  found: "5,000 addresses in 12 lists",
  facts: {},
};
const warning: ReportEvent = {
  type: "warning",
  text: "Two pending changes of this postoffice will never be sent: their numbers lie below the new ReqSync.",
  hint: "Run a dirsync cycle first, or enter them again afterwards.",
  reference: "Q119452",
  facts: {},
};

describe("a line", () => {
  it("has the step's title and what it found in columns, wrapped within 80", () => {
    expect(show(done)).toBe("  ✔ Master list                   5,000 addresses in 12 lists");
    const long = show({
      ...done,
      found: `sftp://resync@requestor.example:2022/in/RESYNC.GLB: ${"word ".repeat(12)}`.trim(),
    });
    for (const line of long?.split("\n") ?? []) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(long).toContain("✔ Master list\n      sftp://resync@requestor.example:2022/in/RESYNC.GLB: word");
  });

  it("says what a warning means and what to do", () => {
    expect(show(warning)).toMatchInlineSnapshot(`
      "  ! Two pending changes of this postoffice will never be sent: their numbers lie
          below the new ReqSync. (Q119452)
          → Run a dirsync cycle first, or enter them again afterwards."
    `);
  });

  it("is left out when quiet, but for warnings and failures", () => {
    expect(show(done, { quiet: true })).toBeUndefined();
    expect(show(warning, { quiet: true })).toContain("pending changes");
    const error = new ResyncError("IO", { message: "x" });
    expect(show({ type: "step-failed", id: "x", title: "Deliver", error }, { quiet: true })).toContain("✖ Deliver");
  });

  it("of debug text is shown only when asked for", () => {
    const event: ReportEvent = { type: "debug", text: "posix-rename offered" };
    expect(show(event)).toBeUndefined();
    expect(show(event, { verbose: true })).toContain("posix-rename offered");
  });
});

describe("an error", () => {
  const error = new ResyncError("HOST_KEY_UNKNOWN", {
    message:
      "The host key of requestor.example:2022 is not known: SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG (ssh-ed25519).",
    state: "Nothing was sent; the DSS was not touched.",
    hint: "Compare the fingerprint with the server's own, then run: resync trust requestor.example:2022",
    cause: new Error("Host denied"),
  });

  it("says what happened, the state, what to do, and the code, within 80 columns", () => {
    expect(showError(error, style, false)).toMatchInlineSnapshot(`
      "✖ The host key of requestor.example:2022 is not known:
        SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG (ssh-ed25519).
        State Nothing was sent; the DSS was not touched.
        Now   Compare the fingerprint with the server's own, then run: resync trust
              requestor.example:2022
        Code  HOST_KEY_UNKNOWN, exit 4"
    `);
  });

  it("shows its causes only when asked for", () => {
    expect(showError(error, style, false)).not.toContain("Host denied");
    expect(showError(error, style, true)).toContain("because Error: Host denied");
  });
});

it("wrapping keeps line breaks, leading blanks and words longer than a line", () => {
  expect(wrap("a b c\n  d e f", 5)).toBe("a b c\n  d e\n  f");
  expect(wrap("averylongword b", 5, "  ")).toBe("averylongword\n  b");
});

describe("a text from elsewhere", () => {
  const evil = "a\u001b[31mb\u0007c\u009b2Jd\u0000e\u007f";

  it.each([
    ["in a warning", show({ ...warning, text: evil, hint: evil })],
    ["in what a step found", show({ ...done, found: evil })],
    ["in a failure", showError(new ResyncError("IO", { message: evil, state: evil, hint: evil }), style, false)],
    ["in a table", table(["a", "b"], [[evil, evil]], 80)],
  ])("%s has its control characters shown and not obeyed", (_, text) => {
    expect(text).toContain("a␛[31mb␇c\ufffd2Jd␀e␡");
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
  });
});
