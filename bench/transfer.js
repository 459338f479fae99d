// One transfer, as a process of its own: transfer.js resync|library put|get LOCAL REMOTE PORT USER KEY KNOWN_HOSTS
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { pipeline } from "node:stream/promises";

const [, , who, direction, local, remote, port, user, key, knownHosts] = process.argv;

async function withResync() {
  const { sftpPlace } = await import("../dist/transfer/places/sftp.js");
  const { placePath } = await import("../dist/transfer/place.js");
  const address = { kind: "sftp", user, host: "127.0.0.1", port: Number(port), path: dirname(remote) };
  const place = await sftpPlace(address, { ssh: { keyFiles: [key], agent: false, knownHostsFiles: [knownHosts] } });
  const name = placePath(posix.basename(remote));
  if (direction === "put") await place.writeNew(name, createReadStream(local, { highWaterMark: 262_144 }));
  else await pipeline(place.read(name), createWriteStream(local));
  await place.close();
}

async function withLibrary() {
  const { default: SftpClient } = await import("ssh2-sftp-client");
  const client = new SftpClient("bench", { end: () => {}, close: () => {} });
  await client.connect({ host: "127.0.0.1", port: Number(port), username: user, privateKey: readFileSync(key) });
  client.client.setNoDelay(true);
  if (direction === "put") await client.put(local, remote);
  else await client.get(remote, local);
  await client.end();
}

await (who === "resync" ? withResync() : withLibrary());
