// How a program is made of what `tsc` compiled and the packages it uses: few files, since Node spends most of a short command's time on finding
// and loading modules, and CommonJS, which Node 20 starts in a third less time than the same as ES modules.
import { sep } from "node:path";
import { build } from "rolldown";

/** Makes `folder`/NAME.cjs for each NAME of `input`, with the parts that they load when they need them beside them. */
export async function makeProgram(input, folder, { cleanDir = false } = {}) {
  await build({
    input,
    platform: "node",
    plugins: [nativeParts, pageant, withoutHttp],
    // No mistakes: a module that one part loads when it is needed and another always; yargs's way of finding a config file that extends another.
    checks: { ineffectiveDynamicImport: false, emptyImportMeta: false },
    output: { dir: folder, cleanDir, format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "[name]-[hash].cjs" },
  });
}

/** What is compiled for this machine stays in its package, and is asked for by that: `ssh2/lib/…/sshcrypto.node`. */
const nativeParts = {
  name: "native-parts",
  resolveId: {
    filter: { id: /\.node$/u },
    handler: async function (source, importer) {
      const found = await this.resolve(source, importer, { skipSelf: true });
      if (found === null) return null;
      return { id: found.id.split(`${sep}node_modules${sep}`).at(-1).replaceAll(sep, "/"), external: true };
    },
  },
};

/** ssh2 asks Windows's Pageant by a program in its package, which it finds by its own place. */
const pageant = {
  name: "pageant",
  transform: {
    filter: { id: /[\\/]ssh2[\\/]lib[\\/]agent\.js$/u },
    handler: (code) => code.replaceAll("__dirname", 'require("node:path").dirname(require.resolve("ssh2"))'),
  },
};

/** ssh2's agents for HTTP clients, which load Node's HTTP and TLS, are used by nobody here. */
const withoutHttp = {
  name: "without-http",
  load: { filter: { id: /[\\/]ssh2[\\/]lib[\\/]http-agents\.js$/u }, handler: () => "module.exports = {};" },
};
