import { createServer, type Server, type Socket } from "node:net";

/** What answers on a pipe: one message in, one out; `undefined` for a fragment that wants no answer yet. */
export type PipeHandler = (message: Buffer) => Promise<Buffer | undefined>;

/**
 * Serves a named pipe behind a real smbd (Samba 4.16 and later): smbd relays `\PIPE\NAME` to the unix socket `<ncalrpc dir>/np/NAME`,
 * sends who is calling (`named_pipe_auth_req`, librpc/idl/named_pipe_auth.idl) and then messages, each behind its length (u16).
 * `connect` gets the blob in which the caller's account name stands.
 */
export function serveNamedPipe(path: string, connect: (caller: Buffer) => PipeHandler): Promise<Server> {
  const server = createServer((socket) => {
    void converse(socket, connect)
      .catch(() => undefined)
      .finally(() => socket.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(path, () => resolve(server));
  });
}

async function converse(socket: Socket, connect: (caller: Buffer) => PipeHandler): Promise<void> {
  const read = exactReader(socket);
  const caller = await read((await read(4)).readUInt32BE());
  if (caller.toString("latin1", 0, 4) !== "NPAM") throw new Error("not a named_pipe_auth_req");
  socket.write(authReply(caller.readUInt32LE(4)));
  const handle = connect(caller);
  for (;;) {
    const answer = await handle(await read((await read(2)).readUInt16LE()));
    if (answer === undefined) continue;
    const length = Buffer.alloc(2);
    length.writeUInt16LE(answer.length);
    socket.write(Buffer.concat([length, answer]));
  }
}

/** `named_pipe_auth_rep`: the level echoed, message mode, allocation size 4096, status OK. */
function authReply(level: number): Buffer {
  const reply = Buffer.alloc(4 + 32);
  reply.writeUInt32BE(32, 0);
  reply.write("NPAM", 4, "latin1");
  reply.writeUInt32LE(level, 8);
  reply.writeUInt32LE(level, 12);
  reply.writeUInt16LE(2, 16);
  reply.writeUInt16LE(0xff | 0x0400 | 0x0100, 18);
  reply.writeBigUInt64LE(4096n, 24);
  return reply;
}

/** Reads exactly so many bytes; rejects when the other side ends. */
function exactReader(socket: Socket): (bytes: number) => Promise<Buffer> {
  const chunks = socket[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return async (bytes) => {
    while (rest.length < bytes) {
      const next = await chunks.next();
      if (next.done) throw new Error("the pipe was closed");
      rest = Buffer.concat([rest, next.value as Buffer]);
    }
    const wanted = rest.subarray(0, bytes);
    rest = rest.subarray(bytes);
    return wanted;
  };
}
