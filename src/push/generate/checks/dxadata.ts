import { splitWindowsPath } from "../locate.ts";
import { dssCheck, type DssScene } from "./dss-check.ts";

/** A file of Dxadata by its name, in any case. */
function fileOf({ dxadata }: DssScene, name: string) {
  return dxadata.find((entry) => entry.kind === "file" && entry.name.toLowerCase() === name);
}

function bytes(count: number): string {
  return `${count.toLocaleString("en-US")} bytes`;
}

/** A list that lies there already: a requestor role would load it, the next generation overwrites it. */
export const staleCheck = dssCheck("dss-stale", "Earlier Resync.glb in Dxadata", "Q156063, Q156124", (scene, say) => {
  const stale = fileOf(scene, "resync.glb");
  if (stale === undefined) return say.ok("none");
  return say.warning(
    `${scene.folders.dxadata}\\${stale.name}, ${bytes(stale.size)}`,
    "A push sets it aside under another name. A Dirsync Requestor role would load it at the next start of the service.",
  );
});

/** The database without which the service does not start again. */
export const databaseCheck = dssCheck("dss-database", "Database of the DXA", "Q185225", (scene, say) => {
  const database = fileOf(scene, "xdir.edb");
  if (database !== undefined) return say.ok(`Xdir.edb, ${bytes(database.size)}`);
  if (fileOf(scene, "edb.log") === undefined) return say.ok("none yet; it is made at the first start (Q193378)");
  return say.refused(
    `${scene.folders.dxadata} has Edb.log and no Xdir.edb: the service would not start again (error 2140, event 124)`,
    "Restore Xdir.edb, or remove all files of Dxadata while the service is stopped; it makes them anew.",
  );
});

/** Room for the DXA's work: at least four times its database. */
export const diskCheck = dssCheck("dss-disk", "Room on the disk of Dxadata", "Q264286", async (scene, say) => {
  const { host, folders } = scene;
  const needed = 4 * (fileOf(scene, "xdir.edb")?.size ?? 0);
  const wanted = `four times Xdir.edb is ${bytes(needed)}`;
  if (!host.capabilities.freeSpace)
    return say.unknown(`free space cannot be told from here; ${wanted}`, "Look at the drive's properties on the host.");
  const free = await host.freeBytes(folders.dxadata);
  if (free >= needed) return say.ok(`${bytes(free)} free; ${wanted}`);
  return say.warning(
    `${bytes(free)} free; ${wanted}`,
    `Make room on drive ${splitWindowsPath(folders.dxadata).folder.slice(0, 2)}: a full disk leaves half a list.`,
  );
});
