import { killedImport } from "./killing.ts";

killedImport("with REBUILD", { rebuild: true });
