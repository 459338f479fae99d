// One transfer over SFTP, as a process of its own: transfer-sftp.js resync|library start|put|get LOCAL REMOTE PORT USER KEY KNOWN_HOSTS
// `start` loads the program and ends: what of a transfer's time is no transfer.
import { createWriteStream, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { pipeline } from "node:stream/promises";

const [, , who, act, local, remote, port, user, key, knownHosts] = process.argv;

async function withResync() {
  const { sftpPlace } = await import("../dist/transfer/places/sftp.js");
  const { localBytes } = await import("../dist/transfer/bytes.js");
  if (act === "start") return;
  const address = { kind: "sftp", user, host: "127.0.0.1", port: Number(port), path: dirname(remote) };
  const place = await sftpPlace(address, { ssh: { keyFiles: [key], agent: false, knownHostsFiles: [knownHosts] } });
  const name = posix.basename(remote);
  if (act === "put") await place.writeNew(name, localBytes(local));
  else await pipeline(place.read(name), createWriteStream(local));
  await place.close();
}

async function withLibrary() {
  const { default: SftpClient } = await import("ssh2-sftp-client");
  if (act === "start") return;
  const client = new SftpClient("bench", { end: () => {}, close: () => {} });
  await client.connect({ host: "127.0.0.1", port: Number(port), username: user, privateKey: readFileSync(key) });
  client.client.setNoDelay(true);
  if (act === "put") await client.put(local, remote);
  else await client.get(remote, local);
  await client.end();
}

(who === "resync" ? withResync() : withLibrary()).catch((error) => {
  process.exitCode = 1;
  process.stderr.write(`${error.stack}\n`);
});
