import { fileURLToPath } from "node:url";
import { makeProgram } from "../build/program.js";

/** Makes a program of `name` in this folder as the whole one is shipped, so that both start alike. Returns its path. */
export async function bundled(name) {
  const folder = fileURLToPath(new URL("../bundle/bench/", import.meta.url));
  await makeProgram({ [name]: fileURLToPath(new URL(`${name}.js`, import.meta.url)) }, folder);
  return `${folder}${name}.cjs`;
}
