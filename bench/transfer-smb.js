// One transfer over SMB, as a process of its own: transfer-smb.js resync|smb2 start|put|get plain|signed|encrypted LOCAL NAME PORT USER
// The password comes in PASSWD. `start` loads the program and ends: what of a transfer's time is no transfer.
import { createWriteStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pipeline } from "node:stream/promises";

const [, , who, act, mode, local, name, port, user] = process.argv;
const password = process.env.PASSWD;

async function withResync() {
  const { openSmbPlace } = await import("../dist/transfer/places/smb.js");
  const { localBytes } = await import("../dist/transfer/bytes.js");
  if (act === "start") return;
  const place = await openSmbPlace(
    { kind: "smb", domain: undefined, user, host: "127.0.0.1", port: Number(port), share: "share", path: "" },
    { password: async () => password, signing: mode === "plain" ? "when-demanded" : "required" },
  );
  const { encryption, signing } = place.session;
  const got = encryption !== "none" ? "encrypted" : signing !== "none" ? "signed" : "plain";
  if (got !== mode) throw new Error(`the session is ${got}, not ${mode}`);
  if (act === "put") await place.writeNew(name, localBytes(local));
  else await pipeline(place.read(name), createWriteStream(local));
  await place.close();
}

/** The npm package: it logs in by NTLMv1 only, which needs OpenSSL's legacy provider, and takes the whole file into memory. */
async function withPackage() {
  const SMB2 = createRequire(import.meta.url)("smb2");
  if (act === "start") return;
  const share = "\\\\127.0.0.1\\share";
  const client = new SMB2({
    share,
    port: Number(port),
    domain: "WORKGROUP",
    username: user,
    password,
    autoCloseTimeout: 0,
  });
  await new Promise((resolve, reject) => {
    client.writeFile(name, readFileSync(local), (error) => (error ? reject(error) : resolve()));
  });
  client.close();
}

(who === "resync" ? withResync() : withPackage()).catch((error) => {
  process.exitCode = 1;
  process.stderr.write(`${error.stack}\n`);
});
