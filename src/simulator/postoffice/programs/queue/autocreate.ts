import { formatList, type ListName } from "../../address.ts";
import type { Directory, KnownNode } from "../../directory/directory.ts";
import { fails } from "../call.ts";
import { stopWith, type ImportRun } from "../run.ts";

/**
 * Registers an unknown network or postoffice with the routing used for the DSS (Q96060). Without a DSS in REQCONF it is Fatal 54, with
 * an unknown one Fatal 55 (Q96002, Q136514), with its XTN file held by EXTERNAL Fatal 59 (Q117562).
 */
export function autocreate(
  { config, log, call }: ImportRun,
  directory: Directory,
  list: Extract<ListName, { kind: "node" }>,
): KnownNode {
  if (config.dss === "") throw stopWith(log, 54);
  const [network = "", postoffice = ""] = config.dss.split("/");
  const dss = directory.findNode("PCM", network, postoffice);
  if (dss === undefined) throw stopWith(log, 55, config.dss);
  if (fails(call, "fatal-59")) throw stopWith(log, 59, formatList(list));
  const direct = dss.route === "" ? config.dss : dss.route;
  return directory.addNode(list.type, list.network, list.postoffice, direct);
}
