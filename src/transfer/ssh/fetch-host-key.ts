import ssh2, { type Algorithms } from "ssh2";
import { abortError, ResyncError } from "../../errors.ts";
import { onAbort } from "../../abort.ts";
import { phases } from "./phases.ts";
import { CONNECT_MS, openSocket } from "./socket.ts";

/**
 * The host key of a server, which has proved in the key exchange that it holds the private part. The connection ends before any login.
 * Throws `CONNECT_…`, `HOST_NOT_FOUND`, `PROTOCOL` or `abortError`.
 */
export async function fetchHostKey(
  { host, port }: { host: string; port: number },
  algorithms: Algorithms,
  limit = CONNECT_MS,
  signal?: AbortSignal,
): Promise<Buffer> {
  const server = `${host}${port === 22 ? "" : `:${port}`}`;
  const socket = await openSocket(host, port, limit, signal);
  const phase = phases(server, limit, () => socket.destroy());
  const forget = signal ? onAbort(signal, () => phase.fail(abortError(signal))) : () => undefined;
  try {
    phase.enter("handshake");
    return await phase.guard(
      new Promise<Buffer>((resolve, reject) => {
        const client = new ssh2.Client();
        let shown: Buffer | undefined;
        client.on("error", (error) => {
          phase.heard(error);
          reject(error);
        });
        client.on("close", () =>
          reject(new ResyncError("CONNECT_FAILED", { message: `${server} ended the connection.` })),
        );
        client.on("handshake", () => (shown ? resolve(shown) : reject(new Error("no host key was shown"))));
        client.connect({
          sock: socket,
          username: "",
          readyTimeout: 0,
          algorithms,
          hostVerifier: (key: Buffer) => {
            shown = Buffer.from(key);
            return true;
          },
        });
      }),
    );
  } finally {
    forget();
    phase.end();
    socket.destroy();
  }
}
