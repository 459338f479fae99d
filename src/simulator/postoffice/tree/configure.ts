import type { Directory } from "../directory/directory.ts";
import type { PostofficeFiles } from "../files.ts";
import type { PostofficeOptions } from "../options.ts";
import { ACKNOWLEDGEMENT, writeQueue } from "../queue.ts";
import {
  decodeMaster,
  decodeRequestorConfig,
  encodeMaster,
  encodeRequestorConfig,
  encodeServerConfig,
} from "../records/config.ts";

/** Writes the requestor's settings to REQCONF.GLB and its waiting transactions to REQTRANS.GLB. */
export async function configureRequestor(
  files: PostofficeFiles,
  directory: Directory,
  options: PostofficeOptions,
): Promise<void> {
  const config = decodeRequestorConfig(files.read("GLB/REQCONF.GLB"));
  const { reqSync = 0, srvSync = 0, importSync = 0 } = options.sync ?? {};
  if (options.dss !== undefined) registerDss(directory, options.dss);
  const changed = {
    ...config,
    reqSync,
    srvSync,
    importSync,
    dss: options.dss ?? "",
    templatesReceive: options.templatesReceive ?? false,
    types: options.addressTypes ?? config.types,
  };
  files.write("GLB/REQCONF.GLB", encodeRequestorConfig(changed));

  const stamp = Math.floor(Date.now() / 1000);
  const waiting = (options.pending ?? []).map((text, index) => ({ sync: reqSync + index + 1, stamp, text }));
  const acknowledged = reqSync > 0 ? [{ sync: reqSync, stamp, text: ACKNOWLEDGEMENT }] : [];
  await writeQueue(files, "REQTRANS", [...acknowledged, ...waiting]);
}

/** Makes this postoffice the DSS: SRVCONF.GLB, an empty MSTTRANS.GLB, and the mark in MASTER.GLB (Q96060, Q131423). */
export async function addServerRole(files: PostofficeFiles, requestors: readonly string[]): Promise<void> {
  files.write(
    "GLB/SRVCONF.GLB",
    encodeServerConfig(
      0,
      requestors.map((name) => ({ name, reqSync: 0, srvSync: 0 })),
    ),
  );
  await writeQueue(files, "MSTTRANS", []);
  const master = decodeMaster(files.read("GLB/MASTER.GLB"));
  files.write("GLB/MASTER.GLB", encodeMaster({ ...master, isServer: true }));
}

/** The DSS must be a postoffice that is defined here: autocreated ones take its routing (Q136514). */
function registerDss(directory: Directory, dss: string): void {
  const [network = "", postoffice = ""] = dss.split("/");
  if (directory.findNode("PCM", network, postoffice) === undefined) {
    directory.addNode("PCM", network, postoffice, "");
  }
}
