import { stat } from "node:fs/promises";
import { choiceOr, text, type OptionValues } from "../config/option.ts";
import { asResyncError, hasCode } from "../errors.ts";
import { check, type Check } from "../check.ts";
import type { HandoffRequest } from "../push/generate/handoff/request.ts";

/** Windows (ANSI) code pages that NT 4 and 2000 come in. */
const CODE_PAGES = [
  "1252",
  "874",
  "932",
  "936",
  "949",
  "950",
  "1250",
  "1251",
  "1253",
  "1254",
  "1255",
  "1256",
  "1257",
  "1258",
] as const;

/** Flags of a push over a handoff. */
export const handoffOptions = {
  "handoff-code-page": choiceOr("handoff: only: the DSS's Windows code page, for names on NT 4", CODE_PAGES, "1252"),
  "handoff-dxadata": text("handoff: only: Dxadata on the DSS [C:\\EXCHSRVR\\DXADATA]", { placeholder: "PATH" }),
} as const;

/** What the flags say about the DSS that nothing reaches. */
export function handoffOf(
  values: OptionValues<typeof handoffOptions>,
): Required<Pick<HandoffRequest, "ansi">> & Pick<HandoffRequest, "dxadata"> {
  const page = Number(values["handoff-code-page"]);
  const dxadata = values["handoff-dxadata"];
  return { ansi: page < 1250 && page !== 874 ? `cp${page}` : `windows-${page}`, ...(dxadata && { dxadata }) };
}

/** The folder of `handoff:DIR`; `undefined` for every other DSS. */
export function handoffFolder(dss: string): string | undefined {
  return /^handoff:(.+)$/u.exec(dss)?.[1];
}

/** Whether a folder can take a handoff, or holds one that is waited for. */
export async function checkHandoffForDoctor(folder: string): Promise<Check> {
  const { readState } = await import("../push/generate/handoff/state.ts");
  const { refuseTaken } = await import("../push/generate/handoff/prepare.ts");
  const made = check("handoff", `Handoff in ${folder}`);
  try {
    if (!(await stat(folder)).isDirectory()) return made.refused("it is no folder");
    const { requestors, createdAt } = await readState(folder);
    return made.ok(`waits since ${createdAt} for the list of ${requestors.join(", ")}: push --resume goes on`);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) return refusedBy(made, error);
  }
  try {
    await refuseTaken(folder);
    return made.ok("ready for a new one");
  } catch (error) {
    return refusedBy(made, error);
  }
}

function refusedBy(made: ReturnType<typeof check>, error: unknown): Check {
  const { message, hint } = asResyncError(error);
  return made.refused(message, hint);
}
