import { hostname } from "node:os";
import { resolve } from "node:path";
import { flag } from "../config/option.ts";
import { ResyncError } from "../errors.ts";
import type { DssHost } from "../push/generate/dss-host.ts";
import type { CliContext } from "./command.ts";

/** Flags of every command that may reach a DSS. */
export const dssOptions = {
  smb1: flag("samba:// only: also speak SMB 1, which NT 4 and 2000 need"),
} as const;

/** How to reach a DSS, beyond its name. */
export interface DssOptions {
  readonly smb1?: boolean;
  readonly ntlmv1?: boolean;
}

/** Opens the host that `--dss` names. Throws `USAGE` for a text that names none, and what opening throws. */
export async function openDss(text: string, more: DssOptions, cli: CliContext): Promise<DssHost> {
  const [, scheme = "", rest = ""] = /^([a-z]+):(.*)$/u.exec(text) ?? [];
  switch (scheme) {
    case "simulated": {
      const { openSimulatedDss } = await import("../push/generate/hosts/simulated.ts");
      return openSimulatedDss(resolve(cli.cwd, rest));
    }
    case "windows": {
      const { parseWindowsAddress, remoteWindows } = await import("../push/generate/hosts/windows/remote.ts");
      const host = parseWindowsAddress(text, hostname());
      if (process.platform !== "win32") throw notWindows();
      const { openWindowsHost } = await import("../push/generate/hosts/windows.ts");
      const { thisWindows } = await import("../push/generate/hosts/windows/machine.ts");
      const here = thisWindows(hostname());
      return openWindowsHost(host === undefined ? here : remoteWindows(here, host));
    }
    case "samba": {
      const { openSambaHost } = await import("../push/generate/hosts/samba.ts");
      const { parseSambaAddress } = await import("../push/generate/hosts/samba/address.ts");
      const password = cli.secret("dss-password", `Password for ${text}`);
      return openSambaHost(parseSambaAddress(text), { password, ...more });
    }
    default:
      throw new ResyncError("USAGE", {
        message: `"${text}" names no DSS.`,
        state: "Nothing was started.",
        hint: "Write samba://user@host for an NT or 2000 host, windows: for this machine, windows://HOST for another from a Windows, or simulated:DIR for one built by resync simulate dss.",
      });
  }
}

function notWindows(): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message: "windows: and windows://HOST need programs of Windows, and this is no Windows.",
    state: "Nothing was started.",
    hint: "Reach an NT or 2000 host with samba://user@host, or have an operator do it with handoff:DIR.",
  });
}
