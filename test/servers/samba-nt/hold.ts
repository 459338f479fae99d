import { spawn } from "node:child_process";
import { once } from "node:events";

/** A file on a bed's C$ share and who opens it. */
export interface Held {
  address: string;
  conf: string;
  password: string;
  /** Below the share, with backslashes. */
  path: string;
}

/**
 * Opens an existing file over SMB and shares it with nobody: everybody else gets a sharing violation until the returned act is called.
 * Uses Samba's own Python library, which Debian installs with the server, because smbclient shares whatever it opens.
 */
export async function holdExclusively(held: Held): Promise<() => Promise<void>> {
  const child = spawn("/usr/bin/python3", ["-c", HOLD, held.address, held.conf, held.path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.write(`${held.password}\n`);
  const gone = once(child, "exit");
  const [line] = await Promise.race([once(child.stdout, "data"), gone.then(() => ["gone"])]);
  if (String(line).trim() !== "held") throw new Error(`cannot hold ${held.path}`);
  return async () => {
    child.stdin.end();
    await gone;
  };
}

const HOLD = `
import sys
from samba.samba3 import libsmb_samba_internal as libsmb, param
from samba.credentials import Credentials
address, conf, path = sys.argv[1:]
settings = param.get_context()
settings.load(conf)
login = Credentials()
login.set_username("Administrator")
login.set_password(sys.stdin.readline()[:-1])
share = libsmb.Conn(address, "C$", settings, login)
share.create(path, DesiredAccess=0x12019f, ShareAccess=0, CreateDisposition=1)
print("held", flush=True)
sys.stdin.read()
`;
