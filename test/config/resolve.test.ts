import { describe, expect, it } from "vitest";
import { choiceOr, duration, flag, showDuration, text, texts, wholeNumber } from "../../src/config/option.ts";
import { resolveOptions, type Sources } from "../../src/config/resolve.ts";

const specs = {
  to: texts("places"),
  dss: text("host"),
  keep: flag("keep"),
  "state-timeout": duration("how long", 120_000),
  runner: choiceOr("runner", ["native", "dosbox"], "dosbox"),
  attempts: wholeNumber("tries", { least: 1, fallback: 3 }),
} as const;

const nothing: Sources = { flags: {}, environment: {}, profile: {}, config: {}, file: "resync.config.yaml" };

describe("settings", () => {
  it("fall back to their defaults", () => {
    expect(resolveOptions(specs, nothing)).toMatchObject({
      ok: true,
      values: { to: undefined, dss: undefined, keep: false, "state-timeout": 120_000, runner: "dosbox", attempts: 3 },
      origins: { to: { from: "default" } },
    });
  });

  it("are taken from flag, then environment, then profile, then config", () => {
    const config = { stateTimeout: 10 };
    const profile = { stateTimeout: "20s" };
    const environment = { RESYNC_STATE_TIMEOUT: "30s" };
    const flags = { "state-timeout": "40s" };
    const value = (sources: Partial<Sources>) => {
      const settled = resolveOptions(specs, { ...nothing, ...sources });
      return settled.ok ? [settled.values["state-timeout"], settled.origins["state-timeout"]?.from] : settled.problems;
    };
    expect(value({ config })).toEqual([10_000, "config"]);
    expect(value({ config, profile })).toEqual([20_000, "profile"]);
    expect(value({ config, profile, environment })).toEqual([30_000, "environment"]);
    expect(value({ config, profile, environment, flags })).toEqual([40_000, "flag"]);
  });

  it("take several texts from a repeated flag, a list in the file, or lines in the environment", () => {
    const to = (sources: Partial<Sources>) => {
      const settled = resolveOptions(specs, { ...nothing, ...sources });
      return settled.ok ? settled.values.to : settled.problems;
    };
    expect(to({ flags: { to: "a" } })).toEqual(["a"]);
    expect(to({ flags: { to: ["a", "b c"] } })).toEqual(["a", "b c"]);
    expect(to({ config: { to: ["a", "b"] } })).toEqual(["a", "b"]);
    expect(to({ environment: { RESYNC_TO: "a\nb c\n" } })).toEqual(["a", "b c"]);
  });

  it("tell every problem at once, each with its origin", () => {
    const settled = resolveOptions(specs, {
      ...nothing,
      flags: { runner: "wine", dss: ["a", "b"] },
      environment: { RESYNC_STATE_TIMEOUT: "soon" },
      config: { attempts: 0, keep: "perhaps" },
    });
    expect(settled.ok).toBe(false);
    if (settled.ok) return;
    expect(settled.problems).toHaveLength(5);
    expect(settled.problems).toContain('--runner: "wine" is none of native, dosbox');
    expect(settled.problems).toContain('RESYNC_STATE_TIMEOUT: "soon" is no length of time; write "90s", "10m" or "2h"');
    expect(settled.problems.join("\n")).toMatch(/attempts in resync\.config\.yaml: 0 /u);
  });
});

describe("lengths of time", () => {
  it.each([
    ["500ms", 500, "500ms"],
    ["90s", 90_000, "90s"],
    ["90", 90_000, "90s"],
    ["1.5m", 90_000, "90s"],
    ["10m", 600_000, "10m"],
    ["2h", 7_200_000, "2h"],
  ])("%s", (given, ms, shown) => {
    const settled = resolveOptions(specs, { ...nothing, flags: { "state-timeout": given } });
    expect(settled.ok && settled.values["state-timeout"]).toBe(ms);
    expect(showDuration(ms)).toBe(shown);
  });
});
