import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * A line to `port` on this machine on which every byte takes `ms / 2` milliseconds in each direction, as on a long way; it carries as much
 * as it is given. In this process, so that it needs no rights and no kernel modules.
 */
export async function startSlowLine(port, ms) {
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect({ host: "127.0.0.1", port, noDelay: true });
    near.setNoDelay(true);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(from);
      const later = (act) => setTimeout(() => to.destroyed || act(), ms / 2);
      from.on("data", (bytes) => later(() => to.write(bytes)));
      from.on("end", () => later(() => to.end()));
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
