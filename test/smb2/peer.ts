import { createHash, randomBytes } from "node:crypto";
import { ResyncError } from "../../src/errors.ts";
import { writeAvPairs } from "../../src/smb2/auth/av-pairs.ts";
import { context, der, TAG } from "../../src/smb2/auth/der.ts";
import { NTLM_SIGNATURE, NTLM_WANTED } from "../../src/smb2/auth/ntlm-messages.ts";
import { ntowfv2 } from "../../src/smb2/auth/ntlmv2.ts";
import { sessionGuard, type Guard } from "../../src/smb2/connection/guard.ts";
import { hmacMd5 } from "../../src/smb2/crypto/hmac.ts";
import { sessionKeys } from "../../src/smb2/crypto/kdf.ts";
import { rc4 } from "../../src/smb2/crypto/rc4.ts";
import { DIALECT, type Dialect } from "../../src/smb2/options.ts";
import { frameReader, writePrefix } from "../../src/smb2/wire/frames.ts";
import { COMMAND, FLAG, HEADER, type Command } from "../../src/smb2/wire/header.ts";
import { pour, type Line, type LineEvents } from "../../src/smb2/wire/line.ts";
import { utf16 } from "../../src/smb2/wire/text.ts";
import { bytes, errorBody, type PeerAnswer } from "./peer-bytes.ts";
import { answerFile, type PeerFiles } from "./peer-files.ts";

/** One request as the peer got it. */
export interface PeerRequest {
  readonly command: Command;
  /** How many requests of this command came before. */
  readonly index: number;
  readonly message: Buffer;
}

/** How this server differs from a well-behaved one. */
export interface PeerScript {
  readonly dialect?: Dialect;
  readonly password?: string;
  /** Flags of the final SESSION_SETUP answer: 1 guest, 2 anonymous, 4 encrypt. */
  readonly sessionFlags?: number;
  /** Credits granted with each answer; default what was asked for. */
  readonly credits?: number;
  readonly maxTransfer?: number;
  readonly securityMode?: number;
  /** Milliseconds that sent bytes lie in the sender's memory before they are read. */
  readonly lieFor?: number;
  /** Changes an answer, or says what happens instead of it. */
  readonly answer?: (request: PeerRequest, answer: PeerAnswer) => PeerAnswer | "mute" | "hang up" | "pending";
  /** Changes an answer's message before it is signed or encrypted. */
  readonly beforeProtection?: (message: Buffer, request: PeerRequest) => Buffer;
  /** Changes what goes on the line: prefix and packet. */
  readonly onTheLine?: (bytes: Buffer, request: PeerRequest) => Buffer;
}

/** A small SMB2 server in memory, for one connection: enough to log on by NTLMv2 and to keep files, and to misbehave on order. */
export interface Peer {
  readonly line: Line;
  readonly files: PeerFiles;
  /** Commands in the order in which they came. */
  readonly seen: Command[];
  /** True while the client wants the process kept alive. */
  readonly held: boolean;
  readonly ended: boolean;
}

export type { PeerAnswer } from "./peer-bytes.ts";

export const PEER_USER = { user: "backup", domain: "", password: "S3cret!pw" };
const SESSION_ID = 0x1234_5678_9abcn;
const TREE_ID = 7;
const SERVER_CHALLENGE = Buffer.from("0123456789abcdef", "hex");
const PENDING = 0x103;

export function startPeer(script: PeerScript = {}): Peer {
  const dialect = script.dialect ?? DIALECT.smb311;
  const files: PeerFiles = { files: new Map(), open: new Map() };
  const seen: Command[] = [];
  let events: LineEvents | undefined;
  let guard: Guard | undefined;
  let sealing = false;
  let preauth: Buffer = Buffer.alloc(64);
  let held = false;
  let ended = false;
  const mix = (message: Buffer): void => {
    preauth = createHash("sha512").update(preauth).update(message).digest();
  };
  const deliver = (bytes: Buffer): void => {
    if (!ended && events !== undefined) pour(bytes, events);
  };
  const hangUp = (): void => {
    setImmediate(() => {
      if (ended) return;
      ended = true;
      events?.end(new ResyncError("CONNECTION_LOST", { message: "The peer hung up.", retryable: true }));
    });
  };

  const reply = (
    request: PeerRequest,
    { status, body }: PeerAnswer,
    more: { plain?: boolean; async?: boolean } = {},
  ): void => {
    let message: Buffer = Buffer.concat([
      answerHeader(request.message, status, script.credits, more.async === true),
      body,
    ]);
    message = script.beforeProtection?.(message, request) ?? message;
    if (request.command === COMMAND.negotiate || (request.command === COMMAND.sessionSetup && status !== 0))
      mix(message);
    const sealed = sealing && guard !== undefined && more.plain !== true;
    if (!sealed && guard !== undefined && status !== PENDING && message.length >= HEADER) guard.sign(message);
    const packet = sealed && guard !== undefined ? Buffer.concat(guard.seal(message)) : message;
    const prefix = Buffer.alloc(4);
    writePrefix(prefix, packet.length);
    const bytes = Buffer.concat([prefix, packet]);
    deliver(script.onTheLine?.(bytes, request) ?? bytes);
  };

  const handle = (message: Buffer): void => {
    const command = message.readUInt16LE(12) as Command;
    const request = { command, index: seen.filter((one) => one === command).length, message };
    seen.push(command);
    if (command === COMMAND.negotiate || command === COMMAND.sessionSetup) mix(message);
    const normal = answerTo(request);
    const answer = script.answer?.(request, normal) ?? normal;
    if (answer === "mute") return;
    if (answer === "hang up") return hangUp();
    if (answer === "pending") {
      reply(request, { status: PENDING, body: errorBody() }, { async: true });
      return void setTimeout(() => reply(request, normal), 5);
    }
    reply(request, answer, { plain: command === COMMAND.sessionSetup });
    if (command === COMMAND.sessionSetup && answer.status === 0) sealing = ((script.sessionFlags ?? 0) & 4) !== 0;
  };

  const answerTo = (request: PeerRequest): PeerAnswer => {
    const { command, message } = request;
    switch (command) {
      case COMMAND.negotiate:
        return { status: 0, body: negotiateAnswer(dialect, script) };
      case COMMAND.sessionSetup: {
        if (request.index === 0) return { status: 0xc000_0016, body: sessionSetupAnswer(0, challengeToken()) };
        const key = sessionKeyFrom(message, script.password ?? PEER_USER.password);
        if (key === undefined) return { status: 0xc000_006d, body: errorBody() };
        const keys = sessionKeys(dialect, key, preauth, 128);
        const cipher = dialect < DIALECT.smb300 ? undefined : dialect === DIALECT.smb311 ? 2 : 1;
        const signing = dialect < DIALECT.smb300 ? "hmac-sha256" : dialect === DIALECT.smb311 ? "aes-gmac" : "aes-cmac";
        const swapped = { signing: keys.signing, encrypting: keys.decrypting, decrypting: keys.encrypting };
        guard = sessionGuard({ sessionId: SESSION_ID, keys: swapped, signing, cipher });
        return { status: 0, body: sessionSetupAnswer(script.sessionFlags ?? 0, Buffer.alloc(0)) };
      }
      case COMMAND.treeConnect:
        return {
          status: 0,
          body: bytes(
            16,
            [
              [0, 16],
              [2, 1],
            ],
            [[12, 0x001f_01ff]],
          ),
        };
      case COMMAND.ioctl:
        return { status: 0, body: validateAnswer(dialect, script) };
      case COMMAND.logoff:
      case COMMAND.treeDisconnect:
        return { status: 0, body: bytes(4, [[0, 4]]) };
      default:
        return answerFile(files, command, message) ?? { status: 0xc000_0002, body: errorBody() };
    }
  };

  const receiver = frameReader((packet) => {
    const sealed = packet.readUInt32BE(0) === 0xfd53_4d42;
    handle(sealed && guard !== undefined ? guard.unseal(packet) : packet);
  });

  return {
    files,
    seen,
    get held() {
      return held;
    },
    get ended() {
      return ended;
    },
    line: {
      peer: "peer:445",
      // Read later, as a socket may: bytes that are used again too early do not arrive.
      send: (parts) => {
        const later = script.lieFor === undefined ? setImmediate : (act: () => void) => setTimeout(act, script.lieFor);
        later(() => {
          try {
            for (const part of parts) pour(part, receiver);
          } catch {
            // What no server can read makes it hang up.
            hangUp();
          }
        });
      },
      listen: (listener) => {
        events = listener;
      },
      hold: (on) => {
        held = on;
      },
      cut: () => {
        ended = true;
      },
    },
  };
}

function answerHeader(request: Buffer, status: number, credits: number | undefined, async: boolean): Buffer {
  const header = Buffer.from(request.subarray(0, HEADER));
  header.writeUInt32LE(status, 8);
  if (credits !== undefined) header.writeUInt16LE(credits, 14);
  header.writeUInt32LE(FLAG.fromServer | (async ? FLAG.async : 0), 16);
  header.writeUInt32LE(TREE_ID, 36);
  header.writeBigUInt64LE(header.readUInt16LE(12) === COMMAND.negotiate ? 0n : SESSION_ID, 40);
  header.fill(0, 48, 64);
  return header;
}

const GUID = Buffer.alloc(16, 0x5a);
const CAPABILITIES = 0x44;

function negotiateAnswer(dialect: Dialect, script: PeerScript): Buffer {
  const fixed = bytes(
    64,
    [
      [0, 65],
      [2, script.securityMode ?? 1],
      [4, dialect],
      [56, 128],
    ],
    [[24, CAPABILITIES]],
  );
  GUID.copy(fixed, 8);
  for (const at of [28, 32, 36]) fixed.writeUInt32LE(script.maxTransfer ?? 8_388_608, at);
  if (dialect !== DIALECT.smb311) return fixed;
  fixed.writeUInt16LE(3, 6);
  fixed.writeUInt32LE(128, 60);
  const entry = (type: number, data: Buffer): Buffer =>
    Buffer.concat([
      bytes(8, [
        [0, type],
        [2, data.length],
      ]),
      data,
      Buffer.alloc((8 - (data.length % 8)) % 8),
    ]);
  const preauth = Buffer.concat([
    bytes(6, [
      [0, 1],
      [2, 32],
      [4, 1],
    ]),
    randomBytes(32),
  ]);
  return Buffer.concat([
    fixed,
    entry(1, preauth),
    entry(
      2,
      bytes(4, [
        [0, 1],
        [2, 2],
      ]),
    ),
    entry(
      8,
      bytes(4, [
        [0, 1],
        [2, 2],
      ]),
    ),
  ]);
}

function sessionSetupAnswer(flags: number, token: Buffer): Buffer {
  return Buffer.concat([
    bytes(8, [
      [0, 9],
      [2, flags],
      [4, HEADER + 8],
      [6, token.length],
    ]),
    token,
  ]);
}

function validateAnswer(dialect: Dialect, script: PeerScript): Buffer {
  const info = bytes(
    24,
    [
      [20, script.securityMode ?? 1],
      [22, dialect],
    ],
    [[0, CAPABILITIES]],
  );
  GUID.copy(info, 4);
  return Buffer.concat([
    bytes(
      48,
      [[0, 49]],
      [
        [32, HEADER + 48],
        [36, info.length],
      ],
    ),
    info,
  ]);
}

function challengeToken(): Buffer {
  const info = writeAvPairs([
    [2, utf16("DOMAIN")],
    [1, utf16("SERVER")],
    [7, Buffer.alloc(8, 1)],
  ]);
  const head = bytes(
    56,
    [
      [40, info.length],
      [42, info.length],
    ],
    [
      [8, 2],
      [20, NTLM_WANTED],
      [44, 56],
    ],
  );
  NTLM_SIGNATURE.copy(head);
  SERVER_CHALLENGE.copy(head, 24);
  return der(context(1), der(TAG.sequence, der(context(2), der(TAG.octets, Buffer.concat([head, info])))));
}

/** Checks the answer to the challenge; the session key, or `undefined` when the password is wrong. */
function sessionKeyFrom(message: Buffer, password: string): Buffer | undefined {
  const ntlm = message.subarray(message.indexOf(NTLM_SIGNATURE));
  const field = (at: number): Buffer =>
    ntlm.subarray(ntlm.readUInt32LE(at + 4), ntlm.readUInt32LE(at + 4) + ntlm.readUInt16LE(at));
  const key = ntowfv2(field(36).toString("utf16le"), field(28).toString("utf16le"), password);
  const nt = field(20);
  const proof = hmacMd5(key, SERVER_CHALLENGE, nt.subarray(16));
  return proof.equals(nt.subarray(0, 16)) ? rc4(hmacMd5(key, proof), field(52)) : undefined;
}
