import { spawnSync } from "node:child_process";

/**
 * Compiles `src/` to `dist/` once before the tests: tests that start the program or a stand-in as a process run what a user runs.
 * Type errors are the business of `npm run types`: here they only stop a CI run, since the compiler writes its output all the same.
 */
export function setup(): void {
  const { status } = spawnSync("npm", ["run", "--silent", "build"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0 && process.env["CI"] === "true") throw new Error("src/ does not compile");
}
