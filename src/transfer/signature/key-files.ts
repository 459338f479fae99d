import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { open, readFile, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { hasCode, ResyncError } from "../../errors.ts";
import { fromErrno } from "../places/errno.ts";
import { readPublicKey, signingKey, trustedKey, type SigningKey, type TrustedKey } from "./keys.ts";

/** A key pair in its two files. */
export interface KeyFiles {
  readonly privateFile: string;
  readonly publicFile: string;
  readonly key: TrustedKey;
}

/** Bytes of a key file at the most. */
const LIMIT = 65_536;

/**
 * Makes an Ed25519 key pair: the private key in `file` (PKCS #8, PEM, 0600), the public one beside it in `file.pub` (SPKI, PEM).
 * Throws `ALREADY_EXISTS` when one of them is there, with nothing written.
 */
export async function makeKeyFiles(file: string): Promise<KeyFiles> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const key = signingKey(privateKey);
  const publicFile = `${file}.pub`;
  await writeKey(file, privateKey.export({ format: "pem", type: "pkcs8" }), 0o600);
  try {
    await writeKey(publicFile, key.publicKey.export({ format: "pem", type: "spki" }), 0o644);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { privateFile: file, publicFile, key };
}

/** The private key in `file`, and whether others on this machine can read it. Throws `USAGE` for a file that holds none. */
export async function loadSigningKey(file: string): Promise<SigningKey & { readonly exposed: boolean }> {
  const pem = await readKey(file);
  const key = parse(() => createPrivateKey(pem));
  if (key === undefined)
    throw noKey(file, isPublic(pem) ? "holds a public key" : "holds no private key that can be read");
  refuseOtherKind(file, key);
  const { mode } = await stat(file);
  return { ...signingKey(key), exposed: process.platform !== "win32" && (mode & 0o077) !== 0 };
}

/**
 * A trusted key: the key itself as `keygen` prints it, or a public key file below `cwd`. Throws `USAGE` for anything else.
 */
export async function loadTrustedKey(given: string, cwd: string): Promise<TrustedKey> {
  const direct = readPublicKey(given.trim());
  if (direct !== undefined) return direct;
  const file = resolve(cwd, given);
  const text = await readKey(file);
  const inFile = readPublicKey(text.trim());
  if (inFile !== undefined) return inFile;
  if (!isPublic(text)) {
    const secret = text.includes("PRIVATE KEY");
    throw noKey(file, secret ? "holds a private key, which has no business on this side" : "holds no public key");
  }
  const key = parse(() => createPublicKey(text));
  if (key === undefined) throw noKey(file, "holds a public key that cannot be read");
  refuseOtherKind(file, key);
  return trustedKey(key);
}

function isPublic(pem: string): boolean {
  return pem.includes("-----BEGIN PUBLIC KEY-----") && !pem.includes("PRIVATE KEY");
}

async function writeKey(file: string, pem: string | Buffer, mode: number): Promise<void> {
  try {
    const handle = await open(file, "wx", mode);
    try {
      await handle.writeFile(pem);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const failure = fromErrno(error, file);
    const hint = "Choose another name, or move the old key away; what it signed is proved with its public half.";
    throw failure.with({ state: "No key was made.", ...(hasCode(failure, "ALREADY_EXISTS") && { hint }) });
  }
}

async function readKey(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > LIMIT) throw noKey(file, `is ${size.toLocaleString("en-US")} bytes long, too long for a key`);
    return await readFile(file, "utf8");
  } catch (error) {
    const failure = fromErrno(error, file);
    throw failure.code === "USAGE" ? failure : noKey(file, "cannot be read", failure);
  }
}

function parse(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function refuseOtherKind(file: string, { asymmetricKeyType }: KeyObject): void {
  if (asymmetricKeyType === "ed25519") return;
  throw noKey(
    file,
    `holds a key of another kind (${asymmetricKeyType ?? "unknown"}); deliveries are signed with Ed25519`,
  );
}

function noKey(file: string, why: string, cause?: ResyncError): ResyncError {
  return new ResyncError("USAGE", {
    message: cause === undefined ? `${file} ${why}.` : `The key ${file} cannot be used: ${cause.message}`,
    state: "Nothing was started.",
    hint: "resync keygen FILE makes a key pair: FILE for --sign-key where lists are pushed, FILE.pub for --trusted-key where they are imported.",
    facts: { file },
    cause,
  });
}
