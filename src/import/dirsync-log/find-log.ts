import { findFile, type Postoffice } from "../postoffice/postoffice.ts";

/** DIRSYNC.LOG; `undefined` when there is none yet. The articles do not name its folder: LOG is where all logs are kept (Q77926). */
export async function findLog(postoffice: Postoffice): Promise<string | undefined> {
  return (await findFile(postoffice, "LOG", "DIRSYNC.LOG")) ?? findFile(postoffice, "GLB", "DIRSYNC.LOG");
}
