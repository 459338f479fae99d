import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../bin/resync.js", import.meta.url));
/** Says each file that is loaded as a module, on standard error. */
const HOOK = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  export async function load(url, context, next) {
    if (url.startsWith("file:")) writeSync(2, url + "\\n");
    return next(url, context);
  }`)}`;
const REGISTER = `data:text/javascript,${encodeURIComponent(`
  import { register } from "node:module";
  register(${JSON.stringify(HOOK)});`)}`;

it("starts from a few files, so that a short command is short", () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", REGISTER, PROGRAM, "--version"], {
    encoding: "utf8",
  });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  const loaded = stderr.trim().split("\n");
  expect(loaded.filter((url) => url.includes("/node_modules/"))).toEqual([]);
  expect(loaded.length).toBeGreaterThan(1);
  expect(loaded.length).toBeLessThan(60);
});
