/** How often each value occurs. */
export function countBy(values: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The value that occurs most often, the first seen of several; `undefined` when there is none. `NaN` is no value. */
export function mostFrequent(values: Iterable<number>): { value: number; count: number } | undefined {
  let best: { value: number; count: number } | undefined;
  for (const [value, count] of countBy(values)) {
    if (!Number.isNaN(value) && (best === undefined || count > best.count)) best = { value, count };
  }
  return best;
}

/** The value that more than half of `values` have, which are then looked at twice and not counted one by one; `undefined` when none has. */
export function majority(values: readonly number[]): { value: number; count: number } | undefined {
  let value = Number.NaN;
  let lead = 0;
  for (const other of values) {
    if (lead === 0) value = other;
    lead += other === value ? 1 : -1;
    if (lead < 0) lead = 0;
  }
  const count = values.reduce((sum, other) => (other === value ? sum + 1 : sum), 0);
  return count * 2 > values.length ? { value, count } : undefined;
}
