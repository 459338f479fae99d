import { COMMAND, HEADER, type Command } from "../../src/smb2/wire/header.ts";
import { bytes, errorBody, type PeerAnswer } from "./peer-bytes.ts";

/** The peer's file system: files by name, and handles that are open. Folders are names that end with `\`. */
export interface PeerFiles {
  readonly files: Map<string, Buffer>;
  readonly open: Map<string, { name: string; deleteOnClose: boolean; listed: boolean }>;
}

const NOT_FOUND = 0xc000_0034;
const COLLISION = 0xc000_0035;
const END_OF_FILE = 0xc000_0011;
const NO_MORE_FILES = 0x8000_0006;
const CLOSED = 0xc000_0128;

/** The answer to a request about files; `undefined` for a command that is none. */
export function answerFile(store: PeerFiles, command: Command, message: Buffer): PeerAnswer | undefined {
  if (command === COMMAND.create) return create(store, message);
  const at = FILE_ID_AT[command];
  if (at === undefined) return undefined;
  const id = message.toString("hex", HEADER + at, HEADER + at + 16);
  const handle = store.open.get(id);
  if (handle === undefined) return { status: CLOSED, body: errorBody() };
  const content = store.files.get(handle.name) ?? Buffer.alloc(0);
  const body = message.subarray(HEADER);
  switch (command) {
    case COMMAND.close: {
      store.open.delete(id);
      if (handle.deleteOnClose) store.files.delete(handle.name);
      const answer = bytes(60, [
        [0, 60],
        [2, 1],
      ]);
      answer.writeBigUInt64LE(BigInt(content.length), 48);
      return { status: 0, body: answer };
    }
    case COMMAND.flush:
      return { status: 0, body: bytes(4, [[0, 4]]) };
    case COMMAND.read:
      return read(content, body.readUInt32LE(4), Number(body.readBigUInt64LE(8)));
    case COMMAND.write: {
      const data = message.subarray(body.readUInt16LE(2), body.readUInt16LE(2) + body.readUInt32LE(4));
      const offset = Number(body.readBigUInt64LE(8));
      const grown = Buffer.alloc(Math.max(content.length, offset + data.length));
      content.copy(grown);
      data.copy(grown, offset);
      store.files.set(handle.name, grown);
      return { status: 0, body: bytes(17, [[0, 17]], [[4, data.length]]) };
    }
    case COMMAND.queryDirectory:
      return list(store, handle);
    case COMMAND.queryInfo:
      return {
        status: 0,
        body: Buffer.concat([
          bytes(
            8,
            [
              [0, 9],
              [2, HEADER + 8],
            ],
            [[4, 32]],
          ),
          freeSpace(),
        ]),
      };
    case COMMAND.setInfo:
      return setInfo(store, handle, body);
    default:
      return undefined;
  }
}

const FILE_ID_AT: Partial<Record<Command, number>> = {
  [COMMAND.close]: 8,
  [COMMAND.flush]: 8,
  [COMMAND.read]: 16,
  [COMMAND.write]: 16,
  [COMMAND.queryDirectory]: 8,
  [COMMAND.queryInfo]: 24,
  [COMMAND.setInfo]: 16,
};

let handles = 0;

function create(store: PeerFiles, message: Buffer): PeerAnswer {
  const body = message.subarray(HEADER);
  const name = message.toString("utf16le", body.readUInt16LE(44), body.readUInt16LE(44) + body.readUInt16LE(46));
  const disposition = body.readUInt32LE(36);
  const exists = name === "" || store.files.has(`${name}\\`) || store.files.has(name);
  if (disposition === 1 && !exists) return { status: NOT_FOUND, body: errorBody() };
  if (disposition === 2 && exists) return { status: COLLISION, body: errorBody() };
  if (disposition === 2) store.files.set((body.readUInt32LE(40) & 1) === 1 ? `${name}\\` : name, Buffer.alloc(0));
  const id = Buffer.alloc(16);
  id.writeUInt32LE((handles += 1), 0);
  const deleteOnClose = (body.readUInt32LE(40) & 0x1000) !== 0;
  store.open.set(id.toString("hex"), { name, deleteOnClose, listed: false });
  const isFolder = name === "" || store.files.has(`${name}\\`);
  const answer = bytes(88, [[0, 89]], [[56, isFolder ? 0x10 : 0x80]]);
  answer.writeBigUInt64LE(BigInt(store.files.get(name)?.length ?? 0), 48);
  answer.writeBigUInt64LE(133_000_000_000_000_000n, 24);
  id.copy(answer, 64);
  return { status: 0, body: answer };
}

function read(content: Buffer, length: number, offset: number): PeerAnswer {
  if (offset >= content.length) return { status: END_OF_FILE, body: errorBody() };
  const data = content.subarray(offset, offset + length);
  return {
    status: 0,
    body: Buffer.concat([
      bytes(
        16,
        [
          [0, 17],
          [2, HEADER + 16],
        ],
        [[4, data.length]],
      ),
      data,
    ]),
  };
}

function list(store: PeerFiles, handle: { listed: boolean }): PeerAnswer {
  if (handle.listed) return { status: NO_MORE_FILES, body: errorBody() };
  handle.listed = true;
  const names = [".", "..", ...store.files.keys()];
  const entries = names.map((name, i) => {
    const text = Buffer.from(name.replace(/\\$/u, ""), "utf16le");
    const length = Math.ceil((64 + text.length) / 8) * 8;
    const entry = bytes(
      length,
      [],
      [
        [0, i + 1 < names.length ? length : 0],
        [56, name.endsWith("\\") ? 0x10 : 0x80],
        [60, text.length],
      ],
    );
    entry.writeBigUInt64LE(BigInt(store.files.get(name)?.length ?? 0), 40);
    text.copy(entry, 64);
    return entry;
  });
  const page = Buffer.concat(entries);
  return {
    status: 0,
    body: Buffer.concat([
      bytes(
        8,
        [
          [0, 9],
          [2, HEADER + 8],
        ],
        [[4, page.length]],
      ),
      page,
    ]),
  };
}

function freeSpace(): Buffer {
  const info = bytes(
    32,
    [],
    [
      [24, 8],
      [28, 512],
    ],
  );
  info.writeBigUInt64LE(1_000_000n, 8);
  return info;
}

function setInfo(store: PeerFiles, handle: { name: string; deleteOnClose: boolean }, body: Buffer): PeerAnswer {
  const done = { status: 0, body: bytes(2, [[0, 2]]) };
  const info = body.subarray(32);
  if (body.readUInt8(3) === 13) {
    handle.deleteOnClose = true;
    return done;
  }
  const to = info.toString("utf16le", 20, 20 + info.readUInt32LE(16));
  if (store.files.has(to) && info.readUInt8(0) === 0) return { status: COLLISION, body: errorBody() };
  store.files.set(to, store.files.get(handle.name) ?? Buffer.alloc(0));
  store.files.delete(handle.name);
  handle.name = to;
  return done;
}
