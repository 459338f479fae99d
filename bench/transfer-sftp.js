// One transfer over SFTP, as a process of its own: transfer-sftp.js resync|library start|put|get LOCAL REMOTE PORT USER KEY KNOWN_HOSTS
// `start` loads the program and ends: what of a transfer's time is no transfer.
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, posix } from "node:path";

const [, , who, act, local, remote, port, user, key, knownHosts] = process.argv;

async function withResync() {
  const { sftpPlace } = await import("../dist/transfer/places/sftp.js");
  const { localBytes } = await import("../dist/transfer/bytes.js");
  if (act === "start") return;
  const address = { kind: "sftp", user, host: "127.0.0.1", port: Number(port), path: dirname(remote) };
  const place = await sftpPlace(address, { ssh: { keyFiles: [key], agent: false, knownHostsFiles: [knownHosts] } });
  const name = posix.basename(remote);
  if (act === "put") await place.writeNew(name, localBytes(local));
  else await save(place.read(name, { lent: true }));
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

/** As `saveBytes` does, without the hash and the flush that no other program here has. */
async function save(bytes) {
  const { writeWhole } = await import("../dist/transfer/bytes.js");
  const file = await open(local, "w");
  for await (const chunk of bytes) await writeWhole(file, chunk);
  await file.close();
}

(who === "resync" ? withResync() : withLibrary()).catch((error) => {
  process.exitCode = 1;
  process.stderr.write(`${error.stack}\n`);
});
