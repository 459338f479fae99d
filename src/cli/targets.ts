import { resolve } from "node:path";
import type { Reporter } from "../report/reporter.ts";
import { formatPlaceAddress, parsePlaceAddress, type PlaceAddress } from "../transfer/place-address.ts";
import { openPlace, type OpenOptions } from "../transfer/places/open.ts";
import { placeTarget } from "../push/place-target.ts";
import type { Target } from "../push/targets.ts";
import { volumeTarget, type Split } from "../push/volume-target.ts";
import type { UnopenedPlace } from "../transfer/place.ts";
import type { CliContext } from "./command.ts";

/** How places are opened. */
export type OpenHow = Pick<OpenOptions, "ssh" | "smb"> & { readonly dryRun: boolean; readonly reporter: Reporter };

/** A PLACE as a person writes it, to deliver to. Throws `USAGE` for a text that is none. */
export function targetOf(text: string, more: OpenHow & { split?: Split | undefined }, cli: CliContext): Target {
  const place = placeOf(text, more, cli);
  return more.split === undefined ? placeTarget(place) : volumeTarget(place, more.split);
}

/** A PLACE as a person writes it, ready to be opened. Throws `USAGE` for a text that is none. */
export function placeOf(text: string, more: OpenHow, cli: CliContext): UnopenedPlace {
  const address = absolute(parsePlaceAddress(text), cli.cwd);
  return {
    label: formatPlaceAddress(address),
    open: (signal) => openPlace(address, { ...more, clock: cli.clock, signal }),
  };
}

/** Local places count from the current folder; a UNC path stands for itself. */
function absolute(address: PlaceAddress, cwd: string): PlaceAddress {
  if (address.kind !== "local" || address.path.startsWith("\\\\")) return address;
  return { ...address, path: resolve(cwd, address.path) };
}
