import type { LocalAddresses } from "../import/keep-local/keep-local.ts";
import type { ImportResult } from "../import/result.ts";
import type { Verdict } from "../import/verdict/verdict.ts";
import { paint, wrap, type Style } from "../report/style.ts";

/** How an import ended, for a person: the verdict with its signs, and what is now where. */
export function showImport(result: ImportResult, style: Style): string {
  switch (result.outcome) {
    case "unchanged":
      return `Unchanged: this very list was imported here by run ${result.run}. --again imports it once more.`;
    case "dry run":
      return "Dry run: nothing was changed.";
    case "imported":
      return showImported(result, style);
  }
}

function showImported(result: Extract<ImportResult, { outcome: "imported" }>, style: Style): string {
  return [
    `Verdict: ${paint(style, "bold", result.verdict.outcome)}`,
    ...showReasons(result.verdict, style),
    ...(result.rebuild
      ? ["", `REBUILD: ${paint(style, "bold", result.rebuild.outcome)}`, ...showReasons(result.rebuild, style)]
      : []),
    "",
    `  Written   ${result.written.length} files of the postoffice`,
    ...(result.local === undefined ? [] : [`  Local     ${showLocal(result.local)}`]),
    `  Before    kept in ${wrap(result.snapshot, style.width, " ".repeat(12), 20)}`,
    ...(result.rebuild ? [] : ["", "The Global Address List shows the new list only after REBUILD -f (--rebuild)."]),
  ].join("\n");
}

function showLocal({ lost, file, addedBack }: LocalAddresses): string {
  if (lost.length === 0) return "no address is gone";
  const what = `${lost.length} ${lost.length === 1 ? "address is" : "addresses are"}`;
  return addedBack ? `${what} back again; ${file}` : `${what} gone; kept in ${file}`;
}

const MARK: Record<Verdict["reasons"][number]["weight"], string> = {
  good: "✔",
  warning: "!",
  unclear: "?",
  failure: "✖",
};

function showReasons({ reasons }: Verdict, style: Style): string[] {
  return reasons.map(({ weight, text, article }) => {
    const said = article === undefined ? text : `${text} (${article})`;
    return `  ${MARK[weight]} ${wrap(said, style.width, "    ")}`;
  });
}
