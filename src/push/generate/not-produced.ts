import { ResyncError } from "../../errors.ts";
import { DXA_SERVICE, TRIGGER_VALUE, type HostEvent, type ServiceState } from "./dss-host.ts";
import { showEvent, tellingEvents } from "./events.ts";
import type { MasterListWait } from "./master-list-wait.ts";
import { win32Meaning } from "./win32.ts";

/** What a look at Resync.glb found. */
export type FileSeen = "absent" | "empty" | "busy" | "growing" | "readable";

/** One look at the DSS while it should write. */
export interface Sighting {
  readonly state: ServiceState;
  readonly win32ExitCode: number | undefined;
  readonly valueThere: boolean;
  readonly file: FileSeen;
  /** Bytes as the folder tells, which may be stale while the file is open (Q180011). */
  readonly size: number;
}

/** The error for a master list that did not come: what was seen last, what the event log says, and what that points to. */
export async function notProduced(wait: MasterListWait, seen: Sighting, waitedMs: number): Promise<ResyncError> {
  const path = `${wait.dxadata}\\Resync.glb`;
  const seconds = Math.round(waitedMs / 100) / 10;
  const events = await tellingEvents(wait.host, wait.mark);
  const value = `the value ${TRIGGER_VALUE} is ${seen.valueThere ? "still there" : "gone"}`;
  const service = `the service is ${seen.state}`;
  const head =
    seen.state === "stopped"
      ? `${DXA_SERVICE} on ${wait.host.label} stopped by itself ${seconds} s after its start (${exitText(seen)}), before it had written ${path}`
      : `${wait.host.label} did not finish ${path} within ${seconds} s`;
  return new ResyncError("NOT_PRODUCED", {
    message: `${head}: ${value}, ${fileText(seen)}, ${service}.${eventText(events)}`,
    hint: hintFor(seen),
    reference: referenceFor(seen),
    facts: {
      path,
      requestors: [...wait.request.requestors],
      waitedMs: Math.round(waitedMs),
      valueThere: seen.valueThere,
      file: seen.file,
      size: seen.size,
      service: seen.state,
      win32: seen.win32ExitCode ?? null,
      events: events.map(showEvent),
    },
  });
}

function fileText({ file, size }: Sighting): string {
  const bytes = `${size.toLocaleString("en-US")} bytes`;
  switch (file) {
    case "absent":
      return "there is no file";
    case "empty":
      return "the file is empty";
    case "busy":
      return `the file (${bytes} so far) is held open by another program`;
    case "growing":
      return `the file is still growing (${bytes} so far)`;
    case "readable":
      return `the file has ${bytes}`;
  }
}

function hintFor({ state, valueThere, file }: Sighting): string {
  if (state === "stopped") return "See the Application log of the DSS for why the service ended, and Dr. Watson's log.";
  if (file === "growing" || file === "busy") {
    return "It may only need more time: raise --timeout. A file that stays open has another reader or writer: see Server, In Use in Control Panel.";
  }
  if (!valueThere) {
    return "The DSS took the value and wrote nothing usable: compare the requestor names with the RDNs (last cn= of Obj-Dist-Name) of the Remote Dirsync Requestor objects.";
  }
  if (file === "absent") {
    return "The DSS has not looked at the value, or is not done: is there a Dirsync Server object on this server? Else it may wait for a cycle: --kick-after starts one. Or raise --timeout.";
  }
  return "The file may be complete and the value merely not removed, as Exchange 5.0 may do: look at the file and the event log, then run again with --accept-value-left and --second-restart. A full disk looks the same.";
}

function referenceFor({ state, valueThere, file }: Sighting): string {
  if (state === "stopped") return "Q193395, Q196892";
  if (file === "growing" || file === "busy") return "Q180011, Q150384";
  if (!valueThere) return "Q150976, Q197378";
  return file === "absent" ? "Q150976, Q146738" : "Q156063, Q153658";
}

function exitText({ win32ExitCode = 0 }: Sighting): string {
  const meaning = win32Meaning(win32ExitCode);
  return meaning === undefined ? `error ${win32ExitCode}` : `error ${win32ExitCode}: ${meaning.means}`;
}

function eventText(events: readonly HostEvent[]): string {
  return events.length === 0 ? "" : ` Its event log since the start: ${events.map(showEvent).join("; ")}.`;
}
