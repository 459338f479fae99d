import { fileURLToPath } from "node:url";
import { build } from "rolldown";

/** Makes a program of `name` in this folder as the whole one is shipped: few files, so that both start alike. Returns its path. */
export async function bundled(name) {
  const folder = fileURLToPath(new URL("../bundle/bench/", import.meta.url));
  const input = { [name]: fileURLToPath(new URL(`${name}.js`, import.meta.url)) };
  await build({ input, platform: "node", external: [/^ssh2/u], output: { dir: folder } });
  return `${folder}${name}.js`;
}
