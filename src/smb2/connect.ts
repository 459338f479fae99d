import { asResyncError, hasCode, ResyncError } from "../errors.ts";
import { openConnection, type Connection } from "./connection/connection.ts";
import { CIPHER } from "./crypto/sealing.ts";
import { emptyRequest } from "./messages/simple.ts";
import { DIALECT, type Dialect, type SmbOptions } from "./options.ts";
import { login } from "./session/login.ts";
import { rememberLost } from "./session/lost-sessions.ts";
import { dialectName, negotiate, type Negotiated } from "./session/negotiate.ts";
import { connectTree } from "./session/tree.ts";
import { validateNegotiation } from "./session/validate.ts";
import type { SessionFacts, Share } from "./share.ts";
import { COMMAND } from "./wire/header.ts";
import type { Line } from "./wire/line.ts";
import { dial } from "./wire/tcp.ts";

const ALL_DIALECTS: readonly Dialect[] = Object.values(DIALECT);
const CONNECT_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Milliseconds for a goodbye. */
const FAREWELL_MS = 2000;

/**
 * Connects to a share: TCP, negotiation, log-on, share. Throws `HOST_NOT_FOUND`, `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `CONNECT_FAILED`,
 * `CONNECTION_LOST`, `AUTH_FAILED`, `NOT_FOUND` (no such share), `ACCESS_DENIED`, `NOT_A_FOLDER`, `PROTOCOL`, or `abortError`; nothing
 * stays open then.
 */
export async function openShare(options: SmbOptions): Promise<Share> {
  const { host, port = 445, connectTimeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
  return openShareOn(await dial({ host, port, timeoutMs: connectTimeoutMs, signal }), options);
}

/** The same over a line that stands already; it is cut when this fails. */
export async function openShareOn(line: Line, options: SmbOptions): Promise<Share> {
  const { dialects = ALL_DIALECTS, requestTimeoutMs = REQUEST_TIMEOUT_MS, signal } = options;
  const connection = openConnection(line, requestTimeoutMs, ({ sessionId }) => rememberLost(options, sessionId));
  try {
    const negotiated = await greeted(
      connection,
      negotiate(connection, dialects, options.signing !== "when-demanded", signal),
    );
    await login(connection, negotiated, options);
    const tree = await connectTree(connection, negotiated, options);
    await validateNegotiation(connection, negotiated, signal);
    return {
      connection,
      label: `//${host(options)}/${options.share}`,
      session: sessionFacts(connection, negotiated),
      maxRead: negotiated.agreement.maxRead,
      maxWrite: negotiated.agreement.maxWrite,
      maximalAccess: tree.maximalAccess,
      get broken() {
        return connection.broken;
      },
      close: async () => farewell(connection),
    };
  } catch (error) {
    const failure = beforeTheSession(asResyncError(error));
    connection.end(failure);
    throw failure;
  }
}

/** A server that hangs up on the very first message speaks something else. */
async function greeted(connection: Connection, negotiated: Promise<Negotiated>): Promise<Negotiated> {
  try {
    return await negotiated;
  } catch (error) {
    if (!hasCode(error, "CONNECTION_LOST")) throw error;
    throw error.with({
      message: `${connection.peer} closed the connection when it was asked for SMB 2 or 3.`,
      hint: "It may speak SMB1 only (then give the place as smb1://…), or be no SMB server at all.",
    });
  }
}

/** Silence before there is a session is a connection that was not made. */
function beforeTheSession(error: ResyncError): ResyncError {
  if (error.code !== "STALLED") return error;
  return new ResyncError("CONNECT_TIMEOUT", {
    message: `${error.message} It accepted the connection, but does not speak SMB on it.`,
    hint: "Check the address; if it is right, look whether the server is overloaded or hangs.",
    facts: error.facts,
    retryable: true,
    cause: error,
  });
}

function sessionFacts({ state }: Connection, { agreement }: Negotiated): SessionFacts {
  const sealed = state.protection === "sealed" && agreement.cipher !== undefined;
  return {
    dialect: dialectName(agreement.dialect),
    signing: state.protection === "signed" ? agreement.signing : "none",
    encryption: sealed && agreement.cipher !== undefined ? CIPHER[agreement.cipher].name : "none",
  };
}

async function farewell(connection: Connection): Promise<void> {
  const timer = setTimeout(() => connection.end(closed()), FAREWELL_MS);
  try {
    // It takes the share with it (MS-SMB2 3.3.5.6).
    await connection.send(COMMAND.logoff, emptyRequest());
    connection.state.sessionId = 0n;
  } catch {
    // Whoever hangs up does not mind that the other side did so first.
  } finally {
    clearTimeout(timer);
    connection.end(closed());
  }
}

function closed(): ResyncError {
  return new ResyncError("CONNECTION_LOST", { message: "The connection was closed." });
}

function host({ host, port = 445 }: SmbOptions): string {
  return port === 445 ? host : `${host}:${port}`;
}
