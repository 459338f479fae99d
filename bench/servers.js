import { startSamba } from "./samba.js";
import { startSlowLine } from "./slow-line.js";
import { startSshd } from "./sshd.js";

/** What sets each smbd apart: lines of smb.conf. */
const SAMBA = {
  plain: [],
  signed: ["server signing = mandatory"],
  encrypted: ["smb encrypt = required"],
  // The npm package knows NTLMv1 only, and takes the interim answers of asynchronous writes for failures.
  old: ["ntlm auth = ntlmv1-permitted", "aio write size = 0"],
};

/**
 * Starts one server of each kind: `ssh`, and an smbd for each protection. With `delayMs` every line to them takes so long there and back.
 * `close` ends them all.
 */
export async function startServers(delayMs) {
  const opened = [];
  const reach = async (server) => {
    opened.push(server);
    if (delayMs === 0) return server;
    const line = await startSlowLine(server.port, delayMs);
    opened.push(line);
    server.know?.(line.port);
    return { ...server, port: line.port };
  };
  const servers = { ssh: await reach(await startSshd()) };
  for (const [mode, globals] of Object.entries(SAMBA)) servers[mode] = await reach(await startSamba(globals));
  const close = async () => {
    for (const one of opened.toReversed()) await one.close();
  };
  return { servers, close };
}
