import { ResyncError } from "../errors.ts";
import type { Manifest } from "../transfer/manifest.ts";

/** Refuses a delivery whose list was made for others than the requestor `rdn` (in any case). Throws `DELIVERY_FOR_ANOTHER`. */
export function refuseForAnother({ id, requestors }: Manifest, rdn: string): void {
  if (requestors.some((one) => one.toLowerCase() === rdn.toLowerCase())) return;
  throw new ResyncError("DELIVERY_FOR_ANOTHER", {
    message: `The delivery ${id} was made for ${requestors.join(", ")}, and not for ${rdn}.`,
    state: "Nothing was imported; the postoffice was not touched.",
    hint: "Look whether --from names the right place. If the list is right for this postoffice all the same, leave --requestor out.",
    reference: "Q156063",
    facts: { delivery: id, requestors, wanted: rdn },
  });
}
