import type { Reporter } from "../../report/reporter.ts";
import type { Verdict } from "./verdict.ts";

/** Tells every loss that comes with a good verdict. */
export function tellWarnings(reporter: Reporter, { reasons }: Verdict): void {
  for (const { id, weight, text, remedy, article } of reasons) {
    if (weight !== "warning") continue;
    reporter.emit({
      type: "warning",
      text,
      ...(remedy === undefined ? {} : { hint: remedy }),
      ...(article === undefined ? {} : { reference: article }),
      facts: { reason: id },
    });
  }
}
