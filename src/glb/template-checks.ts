import { listOf } from "./address.ts";
import type { Problem } from "./problem.ts";
import type { Transaction } from "./transaction-model.ts";

/** Finds details whose prompt the list's template does not have: message 37 (Q96002). A template counts from its `T` on; without one nothing is known. */
export function templateChecks(): (transaction: Transaction) => Problem[] {
  const templates = new Map<string, ReadonlySet<string>>();
  return (transaction) => {
    if (transaction.kind === "template") {
      templates.set(listOf(transaction.list), new Set(transaction.fields.map(({ prompt }) => prompt)));
    }
    if (!("details" in transaction) || transaction.details.length === 0) return [];
    const { address } = transaction.entry;
    const prompts = address === undefined ? undefined : templates.get(listOf(address));
    if (prompts === undefined) return [];
    const first = "to" in transaction && transaction.to !== undefined ? 3 : 2;
    return transaction.details.flatMap(({ prompt }, index) =>
      prompts.has(prompt)
        ? []
        : [{ message: 37, line: first + index, column: 3, text: `The list's template has no prompt "${prompt}".` }],
    );
  };
}
