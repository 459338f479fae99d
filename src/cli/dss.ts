import { resolve } from "node:path";
import { ResyncError } from "../errors.ts";
import type { DssHost } from "../push/generate/dss-host.ts";
import type { CliContext } from "./command.ts";

/** Opens the host that `--dss` names. Throws `USAGE` for a text that names none, and what opening throws. */
export async function openDss(text: string, cli: CliContext): Promise<DssHost> {
  const [, scheme = "", rest = ""] = /^([a-z]+):(.*)$/u.exec(text) ?? [];
  switch (scheme) {
    case "simulated": {
      const { openSimulatedDss } = await import("../push/generate/hosts/simulated.ts");
      return openSimulatedDss(resolve(cli.cwd, rest));
    }
    default:
      throw new ResyncError("USAGE", {
        message: `"${text}" names no DSS.`,
        state: "Nothing was started.",
        hint: "Write simulated:DIR for one built by resync simulate dss.",
      });
  }
}
