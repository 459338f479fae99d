import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../bin/resync.js", import.meta.url));
/** Runs the program and says each file that it has loaded, on standard error behind all else. */
const SPY = `
  process.argv.splice(1, 0, ${JSON.stringify(PROGRAM)});
  process.on("exit", () => require("node:fs").writeSync(2, "\\nLOADED\\n" + Object.keys(require.cache).join("\\n")));
  require(${JSON.stringify(PROGRAM)});`;

function loadedBy(...args: string[]): { said: string; loaded: string[] } {
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", SPY, "--", ...args], { encoding: "utf8" });
  const [errors = "", loaded = ""] = stderr.split("\nLOADED\n");
  return { said: stdout + errors, loaded: loaded.split("\n") };
}

it("starts from a few files, so that a short command is short", () => {
  const { said, loaded } = loadedBy("--version");
  expect(said).toMatch(/^\d+\.\d+\.\d+\n$/u);
  expect(loaded.filter((path) => path.includes("node_modules"))).toEqual([]);
  expect(loaded.length).toBeGreaterThan(1);
  expect(loaded.length).toBeLessThan(60);
});

it("takes of the SSH library's package only what is compiled for this machine", () => {
  const { said, loaded } = loadedBy("trust", "127.0.0.1:1", "--fingerprint", `SHA256:${"A".repeat(43)}`);
  const ofPackages = loaded.filter((path) => path.includes("node_modules"));
  expect(said).toContain("refuse");
  expect(ofPackages.filter((path) => !path.endsWith(".node"))).toEqual([]);
  expect(loaded.length).toBeLessThan(60);
});
