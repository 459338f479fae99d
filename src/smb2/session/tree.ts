import { ResyncError } from "../../errors.ts";
import type { Connection } from "../connection/connection.ts";
import { refusal } from "../failures.ts";
import { readTreeConnectAnswer, SHARE_TYPE, treeConnectRequest, type TreeAnswer } from "../messages/tree-connect.ts";
import { DIALECT, type SmbOptions } from "../options.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import { encryptFromNowOn } from "./login.ts";
import { dialectName, type Negotiated } from "./negotiate.ts";

/** Connects to the share (MS-SMB2 3.2.4.2.4, 3.2.5.5). Throws `NOT_FOUND`, `ACCESS_DENIED`, or `NOT_A_FOLDER` for a printer or pipe. */
export async function connectTree(
  connection: Connection,
  { agreement }: Negotiated,
  options: SmbOptions,
): Promise<TreeAnswer> {
  const { share, host, signal } = options;
  const { state } = connection;
  // 3.1.1 proves the negotiation by signing this request even where nobody asked for signatures (MS-SMB2 3.2.4.1.1).
  const signed = agreement.dialect === DIALECT.smb311 && state.protection === "plain";
  const { header, message } = await connection.send(
    COMMAND.treeConnect,
    treeConnectRequest(`\\\\${uncHost(host)}\\${share}`),
    {
      signal,
      protection: signed ? "signed" : state.protection,
    },
  );
  if (header.status !== STATUS.success)
    throw refusal(`Opening the share ${share} of ${connection.peer}`, header.status);
  const tree = readTreeConnectAnswer(message);
  if (tree.shareType !== SHARE_TYPE.disk) {
    throw new ResyncError("NOT_A_FOLDER", {
      message: `The share ${share} of ${connection.peer} is no folder but a ${tree.shareType === SHARE_TYPE.printer ? "printer" : "pipe"}.`,
      hint: "Give a share that stands for a folder.",
    });
  }
  state.treeId = header.treeId;
  if (tree.encrypt && state.protection !== "sealed") {
    encryptFromNowOn(connection, agreement.cipher !== undefined, dialectName(agreement.dialect));
  }
  return tree;
}

/** Windows cannot have colons in a UNC path; an IPv6 address is written as a name (MS-DTYP 2.2.57). */
function uncHost(host: string): string {
  return host.includes(":") ? `${host.replaceAll(":", "-").replaceAll("%", "s")}.ipv6-literal.net` : host;
}
