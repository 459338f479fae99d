// npm run build: the program as it ships, in bundle/.
import { fileURLToPath } from "node:url";
import { makeProgram } from "./program.js";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

await makeProgram({ resync: path("dist/main.js") }, path("bundle"), { cleanDir: true });
