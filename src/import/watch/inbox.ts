import { collectBytes } from "../../transfer/bytes.ts";
import { decodeManifest, MANIFEST_LIMIT } from "../../transfer/manifest.ts";
import { MANIFEST_NAME } from "../../transfer/names.ts";
import type { UnopenedPlace } from "../../transfer/place.ts";

/** The id of the delivery in a place, from its manifest, which arrives last; `undefined` when there is none. Throws what the place throws. */
export async function lookIntoInbox(inbox: UnopenedPlace, signal: AbortSignal): Promise<string | undefined> {
  const place = await inbox.open(signal);
  try {
    if ((await place.stat(MANIFEST_NAME, { signal })) === undefined) return undefined;
    const bytes = await collectBytes(place.read(MANIFEST_NAME, { signal }), MANIFEST_LIMIT);
    return decodeManifest(bytes, place.label).id;
  } finally {
    await place.close();
  }
}
