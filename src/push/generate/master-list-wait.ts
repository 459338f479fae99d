import type { StepVoice } from "../../report/step.ts";
import type { Place } from "../../transfer/place.ts";
import type { ChangeLog, FoundState } from "./change.ts";
import type { DssHost, EventMark } from "./dss-host.ts";
import type { GenerateRequest } from "./request.ts";

/** What to wait for. */
export interface MasterListWait {
  readonly host: DssHost;
  /** The Dxadata folder, and its Windows path. */
  readonly place: Place;
  readonly dxadata: string;
  readonly request: GenerateRequest;
  /** Where the event logs stood before the service was told to start. */
  readonly mark: EventMark | undefined;
  /** The state in which the service was found, and the log of changes, for a kick. */
  readonly found: FoundState;
  readonly changes: ChangeLog;
  readonly voice: StepVoice;
}
