import { malformed } from "../failures.ts";
import { PREFIX } from "./frames.ts";
import { u16, u32, u64 } from "./read.ts";

/** Commands (MS-SMB2 2.2.1). */
export const COMMAND = {
  negotiate: 0,
  sessionSetup: 1,
  logoff: 2,
  treeConnect: 3,
  treeDisconnect: 4,
  create: 5,
  close: 6,
  flush: 7,
  read: 8,
  write: 9,
  ioctl: 11,
  cancel: 12,
  queryDirectory: 14,
  queryInfo: 16,
  setInfo: 17,
} as const;

export type Command = (typeof COMMAND)[keyof typeof COMMAND];

/** Header flags (MS-SMB2 2.2.1.2). */
export const FLAG = { fromServer: 1, async: 2, signed: 8 } as const;

/** First four bytes of a message in the clear, of an encrypted one, and of SMB1, little endian. */
export const PROTOCOL_ID = { smb2: 0x424d_53fe, transform: 0x424d_53fd, smb1: 0x424d_53ff } as const;

/** Bytes of the header; offsets inside messages count from its start. */
export const HEADER = 64;
/** Where the body starts in a frame: after the TCP prefix and the header. */
export const BODY = PREFIX + HEADER;
/** Offset of the signature in the header. */
export const SIGNATURE_AT = 48;

/** A frame with room for prefix, header and `bodyLength` bytes of body, all zero. */
export function newFrame(bodyLength: number): Buffer {
  return Buffer.alloc(BODY + bodyLength);
}

/** What the header of a request says. */
export interface RequestHeader {
  readonly command: Command;
  /** Credits that the request costs; 0 in SMB 2.0.2, which knows none. */
  readonly charge: number;
  /** Credits asked for. */
  readonly credits: number;
  readonly messageId: bigint;
  readonly treeId: number;
  readonly sessionId: bigint;
}

/** Fills the header of `message` (MS-SMB2 2.2.1.2); whatever stood there is overwritten. */
export function writeHeader(message: Buffer, header: RequestHeader): void {
  message.fill(0, 0, HEADER);
  message.writeUInt32LE(PROTOCOL_ID.smb2, 0);
  message.writeUInt16LE(HEADER, 4);
  message.writeUInt16LE(header.charge, 6);
  message.writeUInt16LE(header.command, 12);
  message.writeUInt16LE(header.credits, 14);
  message.writeBigUInt64LE(header.messageId, 24);
  message.writeUInt32LE(header.treeId, 36);
  message.writeBigUInt64LE(header.sessionId, 40);
}

/** What the header of an answer says. */
export interface AnswerHeader {
  readonly status: number;
  readonly command: number;
  /** Credits granted with it. */
  readonly credits: number;
  readonly flags: number;
  readonly messageId: bigint;
  /** Means nothing in an asynchronous answer. */
  readonly treeId: number;
  readonly sessionId: bigint;
}

/** Reads an answer's header. Throws `PROTOCOL` for what is none. */
export function readHeader(message: Buffer): AnswerHeader {
  if (u32(message, 0) !== PROTOCOL_ID.smb2 || u16(message, 4) !== HEADER)
    throw malformed("it sent something else than an SMB2 message");
  const flags = u32(message, 16);
  if ((flags & FLAG.fromServer) === 0) throw malformed("it sent a request instead of an answer");
  if (u32(message, 20) !== 0) throw malformed("it sent several answers in one to a single request");
  return {
    status: u32(message, 8),
    command: u16(message, 12),
    credits: u16(message, 14),
    flags,
    messageId: u64(message, 24),
    treeId: u32(message, 36),
    sessionId: u64(message, 40),
  };
}
