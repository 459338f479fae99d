// One transfer over SMB, as a process of its own: transfer-smb.js resync|smb2 start|put|get plain|signed|encrypted LOCAL NAME PORT USER
// The password comes in PASSWD. `start` loads the program and ends: what of a transfer's time is no transfer.
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";

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
  else await save(place.read(name, { lent: true }));
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

/** As `saveBytes` does, without the hash and the flush that no other program here has. */
async function save(bytes) {
  const { writeWhole } = await import("../dist/transfer/bytes.js");
  const file = await open(local, "w");
  for await (const chunk of bytes) await writeWhole(file, chunk);
  await file.close();
}

(who === "resync" ? withResync() : withPackage()).catch((error) => {
  process.exitCode = 1;
  process.stderr.write(`${error.stack}\n`);
});
