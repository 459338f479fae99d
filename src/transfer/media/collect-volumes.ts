import { open, rm } from "node:fs/promises";
import { asResyncError, hasCode, ResyncError } from "../../errors.ts";
import type { Reporter } from "../../report/reporter.ts";
import { step } from "../../report/step.ts";
import { localBytes } from "../bytes.ts";
import { localError, type Collected, type CollectOptions } from "../collect.ts";
import { fingerprint, sameBytes } from "../digest.ts";
import { promised } from "../manifest.ts";
import { GLB_NAME, MANIFEST_NAME, volumeNumber } from "../names.ts";
import type { Place, UnopenedPlace } from "../place.ts";
import type { DiskChanger, WantedDisk } from "./disk-changer.ts";
import { missingParts, takeParts, type Gathering, type Head } from "./gathering.ts";
import { showNumbers } from "./volumes.ts";

export interface CollectVolumesOptions extends Omit<CollectOptions, "onProgress"> {
  readonly reporter: Reporter;
  /** Has other disks put in; without it all parts must stand in the one place. */
  readonly changer?: DiskChanger | undefined;
}

/** True when parts of a delivery stand at a place, and no whole one. */
export async function holdsVolumes(place: Place, signal: AbortSignal): Promise<boolean> {
  const names = (await place.list(undefined, { signal })).map(({ name }) => name.toUpperCase());
  if (names.includes(GLB_NAME) || names.includes(MANIFEST_NAME)) return false;
  return names.some((name) => volumeNumber(name, "manifest") !== undefined);
}

/**
 * Puts a split delivery together from its disks, in any order, into a private copy, and proves it whole. Disks that are foreign, damaged or
 * read already are named, and another one is asked for. Throws `DELIVERY_INCOMPLETE` naming what is missing, `DELIVERY_NOT_TRUSTED` at the
 * first disk, `INTERRUPTED` when nobody puts in another; no copy is left behind then.
 */
export async function collectVolumes(unopened: UnopenedPlace, options: CollectVolumesOptions): Promise<Collected> {
  const { copy } = options;
  try {
    const file = await open(copy, "w", 0o600);
    try {
      const head = await gather(unopened, { file, head: undefined, have: new Set() }, options);
      await file.sync();
      return await proveWhole(copy, head);
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(copy, { force: true });
    throw localError(error, copy);
  }
}

async function gather(unopened: UnopenedPlace, gathering: Gathering, options: CollectVolumesOptions): Promise<Head> {
  const { reporter, changer, signal } = options;
  for (let barren = 0; ;) {
    const before = gathering.have.size;
    const problems = await readDisk(unopened, gathering, options);
    for (const text of problems) reporter.emit({ type: "warning", text, facts: { place: unopened.label } });
    const missing = missingParts(gathering);
    if (gathering.head !== undefined && missing.length === 0) return gathering.head;
    barren = gathering.have.size > before ? 0 : barren + 1;
    if (changer === undefined || barren >= changer.tries) throw incomplete(unopened, gathering, missing);
    await changer.change(wanted(unopened, gathering, missing), signal);
  }
}

/** Reads the disk that is in, and returns what is wrong with it. Throws only where no other disk can help. */
async function readDisk(
  unopened: UnopenedPlace,
  gathering: Gathering,
  { reporter, changer, signal, trustedKeys }: CollectVolumesOptions,
): Promise<string[]> {
  try {
    return await step(reporter, "collect.volume", "Read the disk", async ({ progress }) => {
      const place = await unopened.open(signal);
      try {
        const { numbers, problems } = await takeParts(place, gathering, { signal, trustedKeys, onProgress: progress });
        const { head } = gathering;
        const found =
          numbers.length > 0 ? `number ${showNumbers(numbers)} of ${head?.volumes ?? 0}` : "nothing new on it";
        return { found, facts: { place: place.label, numbers, of: head?.volumes }, value: problems };
      } finally {
        await place.close();
      }
    });
  } catch (error) {
    const hopeless = changer === undefined || signal.aborted || hasCode(error, "DELIVERY_NOT_TRUSTED");
    if (hopeless) throw error;
    return [asResyncError(error).message];
  }
}

async function proveWhole(copy: string, { manifest, signedBy }: Head): Promise<Collected> {
  const print = await fingerprint(localBytes(copy));
  if (sameBytes(print, promised(manifest))) return { ...print, copy, manifest, signedBy };
  throw new ResyncError("DELIVERY_INCOMPLETE", {
    message: `All parts of the delivery ${manifest.id} are as they should be, but they do not make up its list.`,
    state: "Nothing was taken; the postoffice was not touched.",
    hint: "One of the disks was changed, together with its manifest. Ask for the delivery anew.",
  });
}

function wanted({ label }: UnopenedPlace, { head, have }: Gathering, missing: readonly number[]): WantedDisk {
  const of = head?.volumes ?? 0;
  const read = `Of ${of} disks ${have.size} ${have.size === 1 ? "is" : "are"} read.`;
  const which = head === undefined ? "Put a disk of the delivery" : `${read} Put number ${showNumbers(missing, "or")}`;
  return { text: `${which} into ${label}.`, place: label, numbers: missing, of };
}

function incomplete({ label }: UnopenedPlace, { head }: Gathering, missing: readonly number[]): ResyncError {
  const which =
    head === undefined
      ? `${label} holds no part of a delivery that can be read`
      : `number ${showNumbers(missing)} of the ${head.volumes} parts of the delivery ${head.manifest.id} ${missing.length === 1 ? "is" : "are"} missing at ${label}`;
  return new ResyncError("DELIVERY_INCOMPLETE", {
    message: `The delivery is not complete: ${which}.`,
    state: "Nothing was taken; the postoffice was not touched.",
    hint: "Run it at a terminal, where the other disks are asked for, give --next-volume, or copy all parts into one folder.",
    facts: { missing: missing.map(String) },
  });
}
