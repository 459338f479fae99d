import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { logEvent } from "../../../src/simulator/dss/events.ts";
import { dssHostContract, type DssHostBed } from "../../contract/dss-host.ts";
import { dssBed } from "./support.ts";

for (const registryFiles of [4, 5] as const) {
  dssHostContract(`simulated, .REG files of version ${registryFiles}`, async (): Promise<DssHostBed> => {
    const bed = await dssBed({ registryFiles, dxaVersion: "5.5.2653.23" });
    const folder = join(bed.dir, "C", "work");
    await mkdir(folder);
    return {
      host: bed.host,
      folder: "c:\\Work",
      put: (name, bytes) => writeFile(join(folder, name), bytes),
      program: { path: "C:\\exchsrvr\\bin\\dxa.exe", version: "5.5.2653.23" },
      logEvent: ({ log, source, id, text }) => logEvent(bed.dir, id, text, { log, source }),
      patienceMs: 20_000,
      close: bed.close,
    };
  });
}
