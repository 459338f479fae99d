// npm run build: the program as it ships. What `tsc` compiled to dist/, and the packages it uses, in a few files in bundle/: Node spends most
// of a short command's time on finding and loading modules, and there are hundreds of them.
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

await build({
  input: { resync: path("dist/main.js") },
  platform: "node",
  // With native parts, or found by their place in node_modules.
  external: [/^ssh2/u],
  // A module that one part loads when it is needed and another always is no mistake.
  checks: { ineffectiveDynamicImport: false },
  output: { dir: path("bundle"), cleanDir: true },
});
