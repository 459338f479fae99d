import { throwIfAborted } from "../../errors.ts";
import { untilAborted } from "../../abort.ts";
import type { Answer } from "../connection/connection.ts";
import { hasStatus, malformed } from "../failures.ts";
import { DISPOSITION } from "../messages/access.ts";
import { closeRequest, flushRequest, readCloseAnswer } from "../messages/close.ts";
import { createRequest, readCreateAnswer, type CreateFields } from "../messages/create.ts";
import { deleteRequest } from "../messages/set-info.ts";
import { ask, nameOf, type Share } from "../share.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import { clearUp } from "./clear-up.ts";

/** An open file or folder. */
export interface Handle {
  readonly id: Buffer;
  readonly path: string;
  /** Bytes when it was opened. */
  readonly size: number;
  readonly attributes: number;
  /** Last change, FILETIME. */
  readonly lastWrite: bigint;
}

/**
 * Opens or makes what `fields` say (MS-SMB2 3.2.4.3). `doing` completes "… //host/share/name failed": `Reading`. When the signal aborts,
 * the answer is still waited for a while, so that nothing stays open, or made, behind our back.
 */
export async function openHandle(
  share: Share,
  fields: CreateFields,
  doing: string,
  signal?: AbortSignal,
): Promise<Handle> {
  throwIfAborted(signal);
  const opening = open(share, fields, doing);
  try {
    return await untilAborted(opening, signal);
  } catch (error) {
    if (signal?.aborted === true) {
      await clearUp(share, async () => {
        const handle = await opening;
        await letGo(share, handle, fields.disposition === DISPOSITION.create);
      });
    }
    throw error;
  }
}

async function open(share: Share, fields: CreateFields, doing: string): Promise<Handle> {
  const what = `${doing} ${nameOf(share, fields.path)}`;
  const create = async (): Promise<Answer> => ask(share, COMMAND.create, createRequest(fields), what);
  const { message } = await create().catch(async (error: unknown) => {
    // Samba says so once in some ten thousand times when the file is replaced at that very moment: what is missing is so twice.
    const missing = fields.disposition === DISPOSITION.open && hasStatus(error, STATUS.objectNameNotFound);
    if (missing) return create();
    throw error;
  });
  const { fileId, size, attributes, lastWrite } = readCreateAnswer(message);
  return { id: fileId, path: fields.path, size: safeSize(size), attributes, lastWrite };
}

/** Closes; returns the bytes that the file then has, where the server tells. */
export async function closeHandle(share: Share, handle: Handle): Promise<number | undefined> {
  const { message } = await ask(share, COMMAND.close, closeRequest(handle.id), `Closing ${nameOf(share, handle.path)}`);
  const { size } = readCloseAnswer(message);
  return size === undefined ? undefined : safeSize(size);
}

/** Closes on the way out of an act that has its own outcome: a failure to close changes nothing about it. */
export async function closeQuietly(share: Share, handle: Handle): Promise<void> {
  if (share.broken !== undefined) return;
  try {
    await closeHandle(share, handle);
  } catch {
    // The connection ended, or the server had closed it already.
  }
}

/** Closes a file after a failure, and removes it if it is ours. Throws when that cannot be known to have worked. */
export async function letGo(share: Share, handle: Handle, remove: boolean): Promise<void> {
  try {
    if (remove) await ask(share, COMMAND.setInfo, deleteRequest(handle.id), `Removing ${nameOf(share, handle.path)}`);
  } finally {
    await closeHandle(share, handle);
  }
}

/** Has the server write the file to its medium (MS-SMB2 3.2.4.7). */
export async function flush(share: Share, handle: Handle, signal?: AbortSignal): Promise<void> {
  await ask(share, COMMAND.flush, flushRequest(handle.id), `Flushing ${nameOf(share, handle.path)}`, { signal });
}

/** Sizes are numbers here: 9 PB are enough. */
export function safeSize(size: bigint): number {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`it tells of a file of ${size} bytes`);
  return Number(size);
}
