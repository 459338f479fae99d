import { asResyncError, ResyncError, throwIfAborted } from "../../errors.ts";
import { untilAborted } from "../../abort.ts";
import { malformed } from "../failures.ts";
import { CREDIT_BYTES } from "../options.ts";
import { STATUS } from "../status.ts";
import { frameReader, PREFIX, writePrefix } from "../wire/frames.ts";
import { FLAG, PROTOCOL_ID, readHeader, writeHeader, type AnswerHeader, type Command } from "../wire/header.ts";
import type { Line } from "../wire/line.ts";
import { messagePool } from "../wire/message-pool.ts";
import { u32 } from "../wire/read.ts";
import { creditAccount, type Credits } from "./credits.ts";
import type { Guard, Protection } from "./guard.ts";
import { watchdog } from "./watchdog.ts";

/** Below this many credits the client asks for more than it spends. */
const ENOUGH_CREDITS = 512;
const CREDITS_AT_ONCE = 128;

/** What was agreed on the way; set as negotiation, log-on and share go on. */
export interface SessionState {
  /** SMB 2.1 and later count credits by size; 2.0.2 counts requests. */
  multiCredit: boolean;
  sessionId: bigint;
  treeId: number;
  guard: Guard | undefined;
  protection: Protection;
}

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of data that the request or its answer carries. */
  readonly payload?: number;
  /** Credits taken beforehand with `credits.take`; the request spends them all. */
  readonly taken?: number;
  /** Overrides the session's protection. */
  readonly protection?: Protection;
  /** Sees the message as it goes, before encryption: for the hash over the negotiation. */
  readonly onMessage?: (message: Buffer) => void;
}

/** An answer: its status and the whole message. */
export interface Answer {
  readonly header: AnswerHeader;
  readonly message: Buffer;
}

/** One connection with any number of requests under way. */
export interface Connection {
  readonly peer: string;
  readonly state: SessionState;
  readonly credits: Credits;
  /** Why the connection ended, once it has. */
  readonly broken: ResyncError | undefined;
  /**
   * Completes `frame`'s header, protects and sends it, and settles with the final answer, whatever its status. Interim answers restart
   * the clock. Rejects with `STALLED`, `CONNECTION_LOST`, `PROTOCOL`, which all end the connection, or with `abortError`, which does not.
   */
  send(command: Command, frame: Buffer, options?: SendOptions): Promise<Answer>;
  /** Takes back an answer's message, whose memory will carry a later one: nobody may hold on to it after this. */
  recycle(message: Buffer): void;
  /** Ends it; whatever is under way fails with `error`. */
  end(error: ResyncError): void;
}

interface Pending {
  readonly command: Command;
  readonly charge: number;
  readonly since: number;
  readonly protection: Protection;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: ResyncError) => void;
}

/**
 * Speaks SMB2 over `line`. `requestTimeoutMs` is how long the server may be silent while it is asked something. `onEnd` is called once,
 * when the connection has ended, whoever ended it.
 */
export function openConnection(
  line: Line,
  requestTimeoutMs: number,
  onEnd: (state: SessionState) => void = () => undefined,
): Connection {
  const pending = new Map<bigint, Pending>();
  const credits = creditAccount();
  const messages = messagePool();
  const state: SessionState = { multiCredit: false, sessionId: 0n, treeId: 0, guard: undefined, protection: "plain" };
  let nextId = 0n;
  let broken: ResyncError | undefined;

  const end = (error: ResyncError): void => {
    if (broken !== undefined) return;
    broken = error;
    dog.stop();
    line.cut();
    credits.fail(error);
    for (const request of pending.values()) request.reject(error);
    pending.clear();
    onEnd(state);
  };
  const dog = watchdog(requestTimeoutMs, (waitedMs) => end(stalled(line.peer, waitedMs)));

  const onPacket = (packet: Buffer): void => {
    if (broken !== undefined) return;
    const sealed = u32(packet, 0) === PROTOCOL_ID.transform;
    const message = sealed ? opened(state.guard, packet) : packet;
    if (sealed) messages.giveBack(packet);
    if (u32(message, 0) === PROTOCOL_ID.smb1) throw onlySmb1();
    const header = readHeader(message);
    const request = pending.get(header.messageId);
    if (request === undefined) return;
    credits.grant(header.credits);
    if (header.status === STATUS.pending && (header.flags & FLAG.async) !== 0) return dog.heard(request.since);
    checkAnswer(request, header, message, sealed, state.guard);
    pending.delete(header.messageId);
    credits.settle(request.charge);
    const [oldest] = pending.values();
    dog.heard(oldest?.since);
    if (oldest === undefined) line.hold(false);
    request.resolve({ header, message });
  };

  const { room, arrived } = frameReader(onPacket, messages.take);
  line.listen({
    room,
    arrived: (bytes) => {
      try {
        if (broken === undefined) arrived(bytes);
      } catch (error) {
        end(asResyncError(error));
      }
    },
    end,
  });
  line.hold(false);

  return {
    peer: line.peer,
    state,
    credits,
    get broken() {
      return broken;
    },
    recycle: messages.giveBack,
    end,
    async send(command, frame, options = {}) {
      const { signal, payload = 0, protection = state.protection } = options;
      throwIfAborted(signal);
      const charge = options.taken ?? (await credits.take(chargeOf(payload)));
      if (broken !== undefined) throw broken;
      const message = frame.subarray(PREFIX);
      const messageId = nextId;
      nextId += BigInt(charge);
      writeHeader(message, {
        command,
        charge: state.multiCredit ? charge : 0,
        credits: charge + (credits.owned < ENOUGH_CREDITS ? CREDITS_AT_ONCE : 0),
        messageId,
        treeId: state.treeId,
        sessionId: state.sessionId,
      });
      const parts = guarded(frame, message, protection, state.guard);
      options.onMessage?.(message);
      const answer = new Promise<Answer>((resolve, reject) => {
        if (pending.size === 0) {
          dog.start();
          line.hold(true);
        }
        const since = performance.now();
        pending.set(messageId, { command, charge, since, protection, resolve, reject });
      });
      line.send(parts);
      return untilAborted(answer, signal);
    },
  };
}

/** Credits that a request with `payload` bytes costs (MS-SMB2 3.2.4.1.5). */
export function chargeOf(payload: number): number {
  return Math.max(1, Math.ceil(payload / CREDIT_BYTES));
}

/** What goes on the line for a frame whose message is complete. */
function guarded(frame: Buffer, message: Buffer, protection: Protection, guard: Guard | undefined): Buffer[] {
  if (protection === "sealed" && guard !== undefined) {
    const parts = guard.seal(message);
    const prefix = Buffer.alloc(PREFIX);
    writePrefix(
      prefix,
      parts.reduce((sum, part) => sum + part.length, 0),
    );
    return [prefix, ...parts];
  }
  if (protection === "signed") guard?.sign(message);
  writePrefix(frame, message.length);
  return [frame];
}

function opened(guard: Guard | undefined, packet: Buffer): Buffer {
  if (guard === undefined) throw malformed("it sent an encrypted answer before the log-on");
  return guard.unseal(packet);
}

/** MS-SMB2 3.2.5.1: the answer must be to this command, and protected at least as its request was. */
function checkAnswer(
  request: Pending,
  header: AnswerHeader,
  message: Buffer,
  sealed: boolean,
  guard: Guard | undefined,
): void {
  if (header.command !== request.command) throw malformed("it answered one command with another");
  if (sealed || request.protection === "plain") return;
  if (header.status === STATUS.userSessionDeleted && (header.flags & FLAG.signed) === 0) throw sessionGone();
  if (request.protection === "sealed") throw malformed("it answered an encrypted request in the clear");
  if (guard?.verify(message) !== true) {
    throw malformed(
      "the signature of an answer is wrong or missing: it was changed on the way, or comes from somebody else",
    );
  }
}

function stalled(peer: string, waitedMs: number): ResyncError {
  return new ResyncError("STALLED", {
    message: `${peer} has not answered for ${Math.round(waitedMs / 100) / 10} s.`,
    hint: "Check the line and the server, then try again. On a slow line raise the request timeout.",
    facts: { peer, waitedMs: Math.round(waitedMs) },
    retryable: true,
  });
}

function sessionGone(): ResyncError {
  return new ResyncError("CONNECTION_LOST", {
    message: "The server ended the session.",
    hint: "Try again.",
    retryable: true,
  });
}

function onlySmb1(): ResyncError {
  return new ResyncError("PROTOCOL", {
    message: "The server speaks SMB1 only.",
    hint: "Give the place as smb1://… if you want that: it is neither signed nor encrypted as SMB 2 and 3 are.",
  });
}
