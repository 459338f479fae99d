import type { NameList } from "../../directory/name-list.ts";
import type { TemplateField, TemplateValue } from "../../../../glb/transaction.ts";
import type { Transaction } from "../../transaction.ts";
import type { DirsyncLog } from "../log.ts";

/** What a transaction is applied to. */
export interface ApplyTarget {
  readonly names: NameList;
  /** Fields of the list's template; details are dropped where there is none. */
  readonly template: readonly TemplateField[];
  nextTid(): number;
  readonly log: DirsyncLog;
}

/**
 * Applies one A, D or M. A name that is there already stays as it is: Warning 27 (Q118447). D of an unknown alias is Error 29; M of an
 * unknown alias is Error 29 and adds the new name (Q117260).
 */
export function applyToList(target: ApplyTarget, transaction: Extract<Transaction, { name: unknown }>): void {
  const { names, log } = target;
  switch (transaction.code) {
    case "A":
      return add(target, transaction.name.alias, transaction.name.address.user, transaction.details);
    case "D":
      if (!names.remove(transaction.name.alias)) log.message("Error", 29, transaction.name.alias);
      return undefined;
    case "M":
      return modify(target, transaction);
  }
}

function modify(target: ApplyTarget, { name, to, details }: Extract<Transaction, { code: "M" }>): void {
  const { names, log } = target;
  const before = names.get(name.alias);
  if (before === undefined) {
    log.message("Error", 29, name.alias);
    return add(target, to.alias, to.address.user, details);
  }
  if (to.alias.toUpperCase() !== name.alias.toUpperCase() && names.has(to.alias)) {
    return log.message("Warning", 27, to.alias);
  }
  names.remove(name.alias);
  const values = details.length > 0 ? detailValues(target, details) : before.values;
  names.set({ alias: to.alias, user: to.address.user, tid: before.tid, ...(values === undefined ? {} : { values }) });
}

function add(target: ApplyTarget, alias: string, user: string, details: readonly TemplateValue[]): void {
  if (target.names.has(alias)) return target.log.message("Warning", 27, alias);
  const values = details.length > 0 ? detailValues(target, details) : undefined;
  target.names.set({ alias, user, tid: target.nextTid(), ...(values === undefined ? {} : { values }) });
}

/** Values in the template's order; a prompt it does not have is message 37 (Q96002). */
function detailValues({ template, log }: ApplyTarget, details: readonly TemplateValue[]): string[] | undefined {
  if (template.length === 0) return undefined;
  const values = template.map(() => "");
  for (const { prompt, value } of details) {
    const index = template.findIndex((field) => field.prompt === prompt);
    if (index < 0) log.message("Error", 37, prompt);
    else values[index] = value;
  }
  return values;
}
