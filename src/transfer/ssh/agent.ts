import ssh2, { type BaseAgent } from "ssh2";

/** Where OpenSSH's agent listens on Windows. */
const WINDOWS_PIPE = "\\\\.\\pipe\\openssh-ssh-agent";

/** Milliseconds for an agent to list its keys. */
const AGENT_MS = 3_000;

/** The agent that is meant: what was asked for, else `SSH_AUTH_SOCK`, else Windows' own; `undefined` for none. */
export function agentSocket(asked: string | false | undefined): string | undefined {
  if (asked !== undefined) return asked === false ? undefined : asked;
  const variable = process.env["SSH_AUTH_SOCK"];
  if (variable !== undefined && variable !== "") return variable;
  return process.platform === "win32" ? WINDOWS_PIPE : undefined;
}

/**
 * The agent behind `socket`, asked for its keys first, or why it is of no use: ssh2 gives up the whole login when an agent does not
 * answer, even if a password would have done.
 */
export async function reachAgent(socket: string): Promise<{ agent: BaseAgent } | { skipped: string }> {
  const agent = ssh2.createAgent(socket);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ skipped: "does not answer" }), AGENT_MS);
    agent.getIdentities((error, keys) => {
      clearTimeout(timer);
      if (error) resolve({ skipped: "cannot be reached" });
      else resolve((keys?.length ?? 0) > 0 ? { agent } : { skipped: "holds no key" });
    });
  });
}
