import { fileURLToPath } from "node:url";
import { COMPILED } from "../../compiled.ts";

/** The DXA's program, compiled: started from the source tree (tests) it is the one in `dist/`. */
export function dxaProgram(): string {
  return fileURLToPath(new URL("simulator/dss/dxa-main.js", COMPILED));
}
