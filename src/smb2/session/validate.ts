import type { Connection } from "../connection/connection.ts";
import { malformed } from "../failures.ts";
import { confirms, validateNegotiateRequest } from "../messages/validate-negotiate.ts";
import { DIALECT } from "../options.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import type { Negotiated } from "./negotiate.ts";

/** What servers older than SMB 3 answer, signed: they do not know the question (MS-SMB2 3.2.5.5). */
const UNKNOWN: readonly number[] = [
  STATUS.fileClosed,
  STATUS.invalidDeviceRequest,
  STATUS.notSupported,
  STATUS.invalidParameter,
];

/**
 * Asks the server, under a signature, whether the negotiation that we saw is the one it had (MS-SMB2 3.2.5.5). 3.1.1 does not need it;
 * a connection that offered only SMB 2 cannot have been weakened. Throws `PROTOCOL` when the server disagrees; a server may
 * also simply hang up.
 */
export async function validateNegotiation(
  connection: Connection,
  { agreement, offer }: Negotiated,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (agreement.dialect === DIALECT.smb311) return;
  if (!offer.dialects.some((dialect) => dialect >= DIALECT.smb300)) return;
  const { header, message } = await connection.send(COMMAND.ioctl, validateNegotiateRequest(offer), {
    signal,
    protection: connection.state.protection === "sealed" ? "sealed" : "signed",
  });
  if (agreement.dialect < DIALECT.smb300 && UNKNOWN.includes(header.status)) return;
  if (header.status === STATUS.success && confirms(message, agreement)) return;
  throw malformed("it had another negotiation with us than we had with it", {
    hint: "Somebody between here and the server weakened the connection. Find out who before sending anything there.",
  });
}
