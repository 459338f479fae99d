import type { RunContext } from "../context.ts";
import { asResyncError, ResyncError } from "../errors.ts";
import type { Check } from "../check.ts";
import { lookAtPlace, runChecksAtPlace, type PostofficeAtPlace } from "../import/postoffice/at-place.ts";
import { refuseUnlessReady } from "../import/postoffice/run-checks.ts";
import { step } from "../report/step.ts";
import { localBytes } from "../transfer/bytes.ts";
import type { Delivered, Delivery } from "../transfer/deliver.ts";
import { fingerprint, sameBytes, showFingerprint } from "../transfer/digest.ts";
import { promised } from "../transfer/manifest.ts";
import { GLB_NAME, temporaryNames } from "../transfer/names.ts";
import { placePath, type Place, type UnopenedPlace } from "../transfer/place.ts";
import type { Target } from "./targets.ts";

/**
 * A postoffice, wherever a place reaches: gets the bare list as GLB\RESYNC.GLB, for the site's own dirsync cycle to import. Refused where an import
 * would be refused; a RESYNC.GLB that waits there is never overwritten.
 */
export function postofficeTarget(unopened: UnopenedPlace): Target {
  const { label } = unopened;
  return {
    label,
    recognizes: false,
    plan: `check the postoffice ${label} and put ${GLB_NAME} into its folder GLB (temporary name, read back, never over another)`,
    check: (context) => checkPostoffice(unopened, context),
    deliver: (delivery, context) => drop(unopened, delivery, context),
  };
}

/** No delivery that says what it is stands in a postoffice: nothing is returned to compare with. */
async function checkPostoffice(unopened: UnopenedPlace, context: RunContext): Promise<undefined> {
  const { reporter, signal } = context;
  await step(reporter, "target.check", "Postoffice to put the list into", async () => {
    const place = await unopened.open(signal);
    try {
      const { checks } = await lookReady(place, signal);
      const worth = checks.filter(({ outcome }) => outcome === "warning");
      for (const { id, title, found, remedy } of worth) {
        const hint = remedy === undefined ? {} : { hint: remedy };
        reporter.emit({ type: "warning", text: `${title}: ${found}`, ...hint, facts: { check: id } });
      }
      return { found: `${place.label}: ready for a RESYNC`, facts: { checks }, value: undefined };
    } catch (error) {
      throw asResyncError(error).with({ state: "Nothing was changed on the DSS or in the postoffice." });
    } finally {
      await place.close();
    }
  });
  return undefined;
}

async function lookReady(place: Place, signal: AbortSignal): Promise<{ at: PostofficeAtPlace; checks: Check[] }> {
  const at = await lookAtPlace(place, signal);
  const checks = await runChecksAtPlace(place, at, signal);
  refuseUnlessReady({ root: place.label }, checks);
  return { at, checks };
}

async function drop(unopened: UnopenedPlace, delivery: Delivery, context: RunContext): Promise<Delivered> {
  const { reporter, signal } = context;
  return step(reporter, "deliver", "Put the list into the postoffice and read it back", async () => {
    const place = await unopened.open(signal);
    try {
      // Looked at again: while the DSS wrote its list, the postoffice went on working.
      const { at } = await lookReady(place, signal);
      const value = await dropInGlb(place, at, delivery, context);
      const found = `${place.label.replace(/\/$/u, "")}/${at.glb}/${GLB_NAME}: ${showFingerprint(promised(delivery.manifest))}`;
      return { found, facts: { place: place.label, ...value }, value };
    } finally {
      await place.close();
    }
  });
}

async function dropInGlb(
  place: Place,
  { glb, spelling }: PostofficeAtPlace,
  { file, manifest }: Delivery,
  { journal, signal }: RunContext,
): Promise<Delivered> {
  const spell = (name: string) => placePath(`${glb}/${spelling === "lower" ? name.toLowerCase() : name}`);
  const temporary = spell(temporaryNames(manifest.sha256).glb);
  const final = spell(GLB_NAME);
  const wanted = promised(manifest);
  try {
    await place.remove(temporary, { signal });
    await journal.act("deliver.write", { place: place.label, name: temporary, size: wanted.size }, async () =>
      place.writeNew(temporary, localBytes(file), { signal, size: wanted.size }),
    );
    const back = await fingerprint(place.read(temporary, { signal }));
    if (!sameBytes(back, wanted)) throw readBackWrong(place, showFingerprint(back), showFingerprint(wanted));
    if (await stands(place, glb, signal)) throw taken(place);
    const { atomic } = await journal.act(
      "deliver.replace",
      { place: place.label, from: temporary, to: final },
      async () => place.replace(temporary, final, { signal }),
    );
    return { outcome: "delivered", atomic, resent: false, removedLeftovers: [], inPostoffice: true };
  } catch (error) {
    await place.remove(temporary).catch(() => undefined);
    throw asResyncError(error).with({ state: "Nothing was put into the postoffice." });
  }
}

async function stands(place: Place, glb: string, signal: AbortSignal): Promise<boolean> {
  const entries = await place.list(placePath(glb), { signal });
  return entries.some(({ name }) => name.toUpperCase() === GLB_NAME);
}

function readBackWrong({ label }: Place, found: string, wanted: string): ResyncError {
  return new ResyncError("VERIFY_FAILED", {
    message: `${label} gives back something else than was sent: ${found} instead of ${wanted}.`,
    hint: "The server, its disk or the line damages files.",
  });
}

function taken({ label }: Place): ResyncError {
  return new ResyncError("ALREADY_EXISTS", {
    message: `A RESYNC.GLB appeared in ${label} meanwhile.`,
    hint: "Find out who delivers to this postoffice; let that list be imported first.",
    exitCode: 3,
  });
}
