import { check, type Check, type CheckVoice } from "../../../check.ts";
import { asResyncError, EXIT } from "../../../errors.ts";
import type { PlaceEntry } from "../../../transfer/place.ts";
import type { DssHost } from "../dss-host.ts";
import type { DssFolders, ServiceValues } from "../locate.ts";

/** What the checks look at: a DSS whose Dxadata is found. They read, and change nothing. */
export interface DssScene {
  readonly host: DssHost;
  readonly values: ServiceValues;
  readonly folders: DssFolders;
  /** Version of Dxa.exe, where the host can tell. */
  readonly dxaVersion: string | undefined;
  /** What lies in Dxadata. */
  readonly dxadata: readonly PlaceEntry[];
}

/** One thing to look at on a DSS. */
export type DssCheck = (scene: DssScene) => Promise<Check>;

/**
 * Makes a check. What the host refuses to tell is `unknown`, with the reason; only a lost connection is thrown, because then nothing
 * can be told any more.
 */
export function dssCheck(
  id: string,
  title: string,
  article: string,
  look: (scene: DssScene, voice: CheckVoice) => Check | Promise<Check>,
): DssCheck {
  const voice = check(id, title, article);
  return async (scene) => {
    try {
      return await look(scene, voice);
    } catch (error) {
      const { exitCode, message, hint } = asResyncError(error);
      if (exitCode === EXIT.connection || exitCode === EXIT.interrupted) throw error;
      return voice.unknown(message, hint);
    }
  };
}
