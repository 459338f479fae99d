import { fileURLToPath } from "node:url";

/** The DXA's program, compiled: started from the source tree (tests) it is the one in `dist/`. */
export function dxaProgram(): string {
  const here = fileURLToPath(new URL("dxa-main.js", import.meta.url));
  if (!import.meta.url.endsWith(".ts")) return here;
  return fileURLToPath(new URL("../../../dist/simulator/dss/dxa-main.js", import.meta.url));
}
