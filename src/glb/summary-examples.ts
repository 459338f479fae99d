import type { RecordFault } from "./record-checks.ts";
import type { Damage } from "./scan.ts";
import type { FaultSummary, Finding, ProblemSummary, Summary } from "./summary-model.ts";

/** Findings kept of each sort. */
export const EXAMPLES = 20;

/** Counts problems, faults and damage, and keeps the first of each sort. */
export function exampleLists() {
  const problems = new Map<number, ProblemSummary>();
  const faults = new Map<RecordFault["what"], FaultSummary>();
  const damaged: Damage[] = [];
  const damage = { count: 0, bytes: 0, examples: damaged };

  const problem = (finding: Finding): void => {
    const { message } = finding.problem;
    const known = problems.get(message) ?? { message, count: 0, examples: [] };
    problems.set(message, known);
    known.count++;
    if (known.examples.length < EXAMPLES) known.examples.push(finding);
  };
  return {
    problem,
    fault(fault: RecordFault, offset: number, sync: number | undefined): void {
      const known = faults.get(fault.what) ?? { what: fault.what, count: 0, examples: [] };
      faults.set(fault.what, known);
      known.count++;
      if (known.examples.length < EXAMPLES) known.examples.push({ offset, sync, text: fault.text });
    },
    damage(piece: Damage): void {
      damage.count++;
      damage.bytes += piece.length;
      if (damaged.length < EXAMPLES) damaged.push(piece);
    },
    all: (): Pick<Summary, "problems" | "faults" | "damage"> => ({
      problems: [...problems.values()].toSorted((a, b) => (a.message || Infinity) - (b.message || Infinity)),
      faults: [...faults.values()],
      damage,
    }),
  };
}
