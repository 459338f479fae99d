import type { RunContext } from "../../context.ts";
import { DXA_KEY, type DirsyncRoles, type DssHost } from "./dss-host.ts";
import { notReady } from "./not-ready.ts";

/** Refuses a server whose role is wrong; tells when the host has no way to know. */
export async function checkRole(host: DssHost, { reporter }: RunContext): Promise<void> {
  if (!host.capabilities.roles) {
    reporter.emit({
      type: "note",
      text: "Whether the server also holds a Dirsync Requestor object cannot be seen from here; it must not (Q151668).",
      facts: { key: DXA_KEY },
    });
    return;
  }
  refuseRole(host, await host.dirsyncRoles());
}

/** Throws `DSS_NOT_READY` for a server with a Dirsync Requestor object, or without a Dirsync Server object. */
export function refuseRole(host: DssHost, roles: DirsyncRoles): void {
  if (roles.requestor) {
    throw notReady(
      `${host.label} holds a Dirsync Requestor object: it would load any Resync.glb in Dxadata at its next start.`,
      {
        hint: "Only one Exchange server of an organization may be DXA server or requestor, not both. Remove the wrong object in Exchange Administrator.",
        reference: "Q151668, Q201084, Q156124",
        facts: { ...roles },
      },
    );
  }
  if (!roles.server) {
    throw notReady(`${host.label} holds no Dirsync Server object: it is not the DSS.`, {
      hint: "Name the server that holds the Dirsync Server object (Configuration, Connections in Exchange Administrator).",
      reference: "Q152231",
      facts: { ...roles },
    });
  }
}
