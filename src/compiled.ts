/** The folder of the compiled modules, for what is started as a program of its own: the same from `src/`, `dist/` and `bundle/`. */
export const COMPILED = new URL("../dist/", import.meta.url);
