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
