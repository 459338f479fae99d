import type { ResyncError } from "../errors.ts";
import { paint, wrap, type Style } from "./style.ts";

/**
 * An error as a tired administrator needs it: what happened, what state things are in, what to do now, and the code to search for.
 * Causes are shown with `verbose`.
 */
export function showError(error: ResyncError, style: Style, verbose: boolean): string {
  const lines = [
    `${paint(style, ["red", "bold"], "✖")} ${wrap(error.message, style.width, "  ")}`,
    part(style, "State", error.state),
    part(style, "Now", error.hint),
    part(style, "See", error.reference),
    part(style, "Code", `${error.code}, exit ${error.exitCode}`),
    ...(verbose ? causes(error) : []),
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}

function part(style: Style, label: string, text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  const head = `  ${label.padEnd(6)}`;
  return paint(style, "dim", head) + wrap(text, style.width, " ".repeat(head.length));
}

function causes(error: Error): string[] {
  const out: string[] = [];
  for (let cause = error.cause; cause instanceof Error && out.length < 10; cause = cause.cause) {
    out.push(`  because ${cause.stack ?? cause.message}`);
  }
  return out;
}
