import { EXIT, ResyncError } from "../../../../errors.ts";
import { sambaError } from "../../../../transfer/smbclient/errors.ts";
import type { SambaOutput } from "../../../../transfer/smbclient/run.ts";
import type { SambaSession } from "../../../../transfer/smbclient/session.ts";

/**
 * The failure behind what `net rpc` printed. A pipe that cannot be opened is the host's registry or service manager being out of reach,
 * not a missing key.
 */
export async function netError(session: SambaSession, output: SambaOutput, what: string): Promise<ResyncError> {
  const error = await sambaError(session.target, output, what);
  if (error.code === "ACCESS_DENIED") return error.with({ exitCode: EXIT.preflight });
  const unreachable = output.codes.some((code) => PIPE_CODES.includes(code)) || error.code === "IO";
  if (!unreachable) return error;
  return new ResyncError("DSS_UNREACHABLE", {
    message: error.message,
    hint: "The host answers, but not its registry or service manager: are its Server, RPC and (on 2000) Remote Registry services running?",
    facts: error.facts,
  });
}

/** What opening `\PIPE\winreg` or `\PIPE\svcctl` fails with. A missing key is NO_SUCH_DEVICE or a WERR code instead. */
const PIPE_CODES = ["NT_STATUS_OBJECT_NAME_NOT_FOUND", "NT_STATUS_PIPE_NOT_AVAILABLE", "NT_STATUS_UNSUCCESSFUL"];
