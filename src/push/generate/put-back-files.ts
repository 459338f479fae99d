import { hasCode } from "../../errors.ts";
import { placePath, type Place } from "../../transfer/place.ts";
import type { DssChange } from "./change.ts";
import { DXA_SERVICE } from "./dss-host.ts";
import { findResync, freeKeptName, hasFile } from "./kept-name.ts";
import { withFolder } from "./locate.ts";
import type { PutBackScene } from "./put-back-scene.ts";

/**
 * Puts Dxadata in order behind a run that did not get its list. As long as the service was not started with the value set, an
 * earlier Resync.glb gets its name back. After that the DSS may still be writing, and would overwrite it (Q156063): then the earlier
 * file stays aside, and what the DSS has written so far is set aside too, so that nobody takes it for a list.
 */
export async function putBackFiles(scene: PutBackScene): Promise<void> {
  const { host, changes } = scene;
  const moved = changes.find((change) => change.kind === "move-file");
  const started = changes.some((change) => change.kind === "start-service");
  if (moved !== undefined) {
    await withFolder(host, moved.folder, (place) =>
      started ? tellKept(scene, place, moved) : nameBack(scene, place, moved),
    );
  }
  const folder = changes.find((change) => change.kind === "start-service")?.dxadata;
  if (folder !== undefined) await withFolder(host, folder, (place) => setAsideRest(scene, place, folder));
}

type Moved = Extract<DssChange, { kind: "move-file" }>;

async function nameBack(scene: PutBackScene, place: Place, { folder, from, to }: Moved): Promise<void> {
  if (!(await hasFile(place, to))) return;
  if ((await findResync(place, scene.signal)) !== undefined)
    return tellKept(scene, place, { kind: "move-file", folder, from, to });
  await scene.act({ kind: "restore-file", folder, from: to, to: from }, async () => {
    await place.replace(placePath(to), placePath(from), { signal: scene.signal });
  });
  scene.done(`the earlier ${from} has its name back`);
}

async function tellKept(scene: PutBackScene, place: Place, { folder, from, to }: Moved): Promise<void> {
  if (await hasFile(place, to)) scene.done(`the earlier ${from} is kept as ${folder}\\${to}`);
}

/** A service that runs may have read the value and be at work still. */
async function tellPending({ host, done }: PutBackScene, folder: string): Promise<void> {
  if ((await host.queryService(DXA_SERVICE)).state !== "running") return;
  done(`if the DSS still writes ${folder}\\Resync.glb, the next push sets it aside`);
}

async function setAsideRest(scene: PutBackScene, place: Place, folder: string): Promise<void> {
  const rest = await findResync(place, scene.signal);
  if (rest === undefined) return tellPending(scene, folder);
  const kept = await freeKeptName(place, scene.clock.now());
  try {
    await scene.act({ kind: "set-aside", folder, from: rest.name, to: kept }, async () => {
      await place.replace(placePath(rest.name), kept, { signal: scene.signal });
    });
    scene.done(`what the DSS has written (${rest.size.toLocaleString("en-US")} bytes) is kept as ${folder}\\${kept}`);
  } catch (error) {
    if (!hasCode(error, "FILE_BUSY")) throw error;
    scene.done(
      `${folder}\\${rest.name} (${rest.size.toLocaleString("en-US")} bytes) is still open in another program and stays there`,
    );
  }
}
