import { connect, createServer, type Server, type Socket } from "node:net";

/** What happens to a connection, and after how many bytes in its direction. */
export interface LineFault {
  readonly direction: "up" | "down";
  readonly afterBytes: number;
  /** Cut with RST, ended with FIN, silent for ever, or one bit of the next byte turned over. */
  readonly how: "reset" | "finish" | "stall" | "flip";
}

/** A line to a server on this machine that can be made to fail. `faults` may change at any time; each connection starts anew. */
export interface TcpProxy {
  readonly port: number;
  fault: LineFault | undefined;
  stop(): Promise<void>;
}

/** Passes connections on to `port` of this machine. */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const proxy = { fault: undefined as LineFault | undefined };
  const server = createServer((near) => {
    const far = connect({ host: "127.0.0.1", port, noDelay: true });
    near.setNoDelay(true);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    const { fault } = proxy;
    pass(near, far, fault?.direction === "up" ? fault : undefined, near);
    pass(far, near, fault?.direction === "down" ? fault : undefined, near);
  });
  await listen(server);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return Object.assign(proxy, {
    port: address.port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function pass(from: Socket, to: Socket, fault: LineFault | undefined, near: Socket): void {
  let passed = 0;
  let done = false;
  from.on("data", (chunk) => {
    const left = fault === undefined || done ? Infinity : fault.afterBytes - passed;
    passed += chunk.length;
    if (fault === undefined || left >= chunk.length) return void to.write(chunk);
    if (fault.how === "flip") {
      done = true;
      chunk[left] = (chunk[left] ?? 0) ^ 1;
      return void to.write(chunk);
    }
    to.write(chunk.subarray(0, left));
    from.removeAllListeners("data");
    // Goes on reading into nothing, so that the other side hears of the end once this one gives up.
    if (fault.how === "stall") return void from.resume();
    if (fault.how === "reset") near.resetAndDestroy();
    else near.end();
  });
  from.on("end", () => to.end());
}

/** A server that takes connections and says `answer`, or nothing. */
export async function startOddServer(answer?: string): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("data", () => answer !== undefined && socket.end(answer));
  });
  await listen(server);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}
