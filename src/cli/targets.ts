import { resolve } from "node:path";
import type { OptionValues } from "../config/option.ts";
import { ResyncError } from "../errors.ts";
import type { Reporter } from "../report/reporter.ts";
import { formatPlaceAddress, parsePlaceAddress, uncAsSmb, type PlaceAddress } from "../transfer/place-address.ts";
import { openPlace, type OpenOptions } from "../transfer/places/open.ts";
import { placeTarget } from "../push/place-target.ts";
import { postofficeTarget } from "../push/postoffice-target.ts";
import { tapeTarget } from "../push/tape-target.ts";
import type { Target } from "../push/targets.ts";
import { volumeTarget, type Split } from "../push/volume-target.ts";
import type { UnopenedPlace } from "../transfer/place.ts";
import type { CliContext } from "./command.ts";
import { placeOptionsOf, type placeOptions } from "./place-options.ts";
import { splitOf, type splitOptions } from "./split-options.ts";
import { tapeOf, type tapeOptions } from "./tape-options.ts";

/** How places are opened. */
export interface OpenHow extends Pick<OpenOptions, "ssh" | "smb"> {
  readonly dryRun: boolean;
  readonly reporter: Reporter;
}

/** How deliveries are made. */
export interface DeliverHow extends OpenHow {
  readonly split?: Split | undefined;
  /** The command that moves tapes. */
  readonly mt: string | undefined;
  /** The places are postoffices, which get the bare list. */
  readonly dropInGlb: boolean;
}

/** How places are written to: the flags of a push that say so. */
export type DeliverFlags = OptionValues<typeof placeOptions> &
  OptionValues<typeof splitOptions> &
  OptionValues<typeof tapeOptions> & { readonly "drop-in-glb": boolean };

/** PLACEs as a person writes them, to deliver to. Throws `USAGE` for a text that is none, or for flags that do not fit together. */
export function targetsOf(texts: readonly string[], flags: DeliverFlags, dryRun: boolean, cli: CliContext): Target[] {
  const split = splitOf(flags, cli);
  const dropInGlb = flags["drop-in-glb"];
  const more = { ...placeOptionsOf(flags, cli), split, mt: flags.mt, dropInGlb, dryRun, reporter: cli.reporter };
  return texts.map((one) => targetOf(one, more, cli));
}

/** A PLACE as a person writes it, to deliver to. Throws `USAGE` for a text that is none. */
function targetOf(text: string, more: DeliverHow, cli: CliContext): Target {
  const tape = tapeOf(text, more, cli);
  if (more.dropInGlb && (tape !== undefined || more.split !== undefined)) throw noPostofficeThere(text);
  if (tape !== undefined) return tapeTarget(tape);
  const place = placeOf(text, more, cli);
  if (more.dropInGlb) return postofficeTarget(place);
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

/** Local places count from the current folder; a UNC path stands for itself, and only on Windows. */
function absolute(address: PlaceAddress, cwd: string): PlaceAddress {
  if (address.kind !== "local") return address;
  const smb = uncAsSmb(address.path);
  if (smb !== undefined && process.platform === "win32") return address;
  if (smb !== undefined) throw onlyOnWindows(address.path, smb);
  return { ...address, path: resolve(cwd, address.path) };
}

function onlyOnWindows(path: string, smb: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `${path} is a UNC path, which only Windows itself can reach.`,
    state: "Nothing was changed.",
    hint: `Write ${smb} (smb1:// for NT 4 to 2003), or mount the share and give the mounted path.`,
    facts: { path },
  });
}

function noPostofficeThere(text: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `${text} cannot be a postoffice: --drop-in-glb goes neither with a tape nor with --volume-size.`,
    state: "Nothing was started.",
  });
}
