import { killedImport } from "./killing.ts";

killedImport("with mending, and fails", { fails: true, rebuild: false, mend: true });
