/** Runs acts one after the other, in the order in which they were handed in. A failed act does not stop the next one. */
export type Queue = <T>(act: () => Promise<T>) => Promise<T>;

/** Makes an empty queue. */
export function serialQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const result = last.then(act);
    last = result.catch(() => undefined);
    return result;
  };
}
