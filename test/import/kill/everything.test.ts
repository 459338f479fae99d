import { killedImport } from "./killing.ts";

killedImport("with mending, local addresses added back, and REBUILD", {
  rebuild: true,
  mend: true,
  keepLocal: true,
  addBack: true,
});
