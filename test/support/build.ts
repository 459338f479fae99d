import { execFileSync } from "node:child_process";

/** Compiles `src/` to `dist/` once before the tests: tests that start the program or a stand-in as a process run what a user runs. */
export function setup(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit", shell: process.platform === "win32" });
}
