import { randomBytes } from "node:crypto";
import type { Connection } from "../connection/connection.ts";
import { refusal } from "../failures.ts";
import { makeOffer, negotiateRequest, readNegotiateAnswer, type Agreement, type Offer } from "../messages/negotiate.ts";
import { DIALECT, type Dialect } from "../options.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import { preauthHash, type PreauthHash } from "./preauth.ts";

/** What a connection knows after NEGOTIATE. */
export interface Negotiated {
  readonly offer: Offer;
  readonly agreement: Agreement;
  readonly preauth: PreauthHash;
}

/** Agrees on a dialect and its protection (MS-SMB2 3.2.4.2.2, 3.2.5.2). Throws `PROTOCOL` when there is nothing to agree on. */
export async function negotiate(
  connection: Connection,
  dialects: readonly Dialect[],
  signingRequired: boolean,
  signal: AbortSignal | undefined,
): Promise<Negotiated> {
  const offer = makeOffer(dialects, signingRequired, randomBytes(16));
  const preauth = preauthHash();
  const { header, message } = await connection.send(COMMAND.negotiate, negotiateRequest(offer), {
    signal,
    onMessage: preauth.add,
  });
  if (header.status !== STATUS.success) {
    throw refusal(`Agreeing on an SMB dialect with ${connection.peer}`, header.status).with({
      hint: `The server takes none of ${dialects.map(dialectName).join(", ")}.`,
    });
  }
  preauth.add(message);
  const agreement = readNegotiateAnswer(message, offer);
  connection.state.multiCredit = agreement.dialect > DIALECT.smb202;
  return { offer, agreement, preauth };
}

/** `3.1.1`, `2.0.2`. */
export function dialectName(dialect: Dialect): string {
  return { 0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1" }[dialect];
}
