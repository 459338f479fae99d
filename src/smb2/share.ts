import type { ResyncError } from "../errors.ts";
import type { Answer, Connection, SendOptions } from "./connection/connection.ts";
import { refusal } from "./failures.ts";
import { STATUS } from "./status.ts";
import type { Command } from "./wire/header.ts";

/** How a session is protected; for reports and tests. */
export interface SessionFacts {
  /** `3.1.1`. */
  readonly dialect: string;
  /** The algorithm, or `none`. */
  readonly signing: string;
  /** The cipher, or `none`. */
  readonly encryption: string;
}

/** A share that stands open: what all acts on files work on. */
export interface Share {
  readonly connection: Connection;
  /** `//host/share`, for messages. */
  readonly label: string;
  readonly session: SessionFacts;
  /** Bytes of one read and of one write at the most. */
  readonly maxRead: number;
  readonly maxWrite: number;
  /** What this user may do here at the most, as an access mask. */
  readonly maximalAccess: number;
  /** Why the connection ended, once it has. */
  readonly broken: ResyncError | undefined;
  /** Says goodbye and closes, within two seconds; never throws. */
  close(): Promise<void>;
}

/** Sends a request that must succeed. Throws what `connection.send` throws, and the server's refusal of `what`. */
export async function ask(
  share: Share,
  command: Command,
  frame: Buffer,
  what: string,
  options?: SendOptions,
): Promise<Answer> {
  const answer = await share.connection.send(command, frame, options);
  if (answer.header.status !== STATUS.success) throw refusal(what, answer.header.status);
  return answer;
}

/** `//host/share/path`, for messages. */
export function nameOf(share: Share, path: string): string {
  return path === "" ? share.label : `${share.label}/${path}`;
}
