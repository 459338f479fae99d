import type { SmbOptions } from "../options.ts";

/** Sessions of this process that were not ended properly, by server and account. */
const lost = new Map<string, bigint>();

/**
 * Remembers a session whose connection ended without a log-off. The server may not know it for hours, and keeps its files open: the next
 * log-on of the same user names it, and the server lets go (PreviousSessionId, MS-SMB2 3.3.5.5.3).
 */
export function rememberLost(options: SmbOptions, sessionId: bigint): void {
  if (sessionId !== 0n) lost.set(accountAt(options), sessionId);
}

/** The lost session to name in a log-on; 0 when there is none. It is forgotten with that. */
export function takeLost(options: SmbOptions): bigint {
  const key = accountAt(options);
  const sessionId = lost.get(key) ?? 0n;
  lost.delete(key);
  return sessionId;
}

function accountAt({ host, port = 445, credentials }: SmbOptions): string {
  return [host, port, credentials.domain, credentials.user].join("\0");
}
