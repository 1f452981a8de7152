/** The results of tasks by number, in order, with up to `ahead` of them under way. @throws what the next task due throws */
export async function* inOrder<T>(
  first: number, last: number, ahead: number, task: (index: number) => Promise<T>,
): AsyncGenerator<T, void, undefined> {
  const underWay: Promise<T>[] = [];
  for (let next = first; next <= last || underWay.length > 0;) {
    while (next <= last && underWay.length < ahead) {
      const started = task(next++);
      // Whoever takes a task's result hears of its failure; until then, and if nobody does, it must not end the process.
      started.catch(() => undefined);
      underWay.push(started);
    }
    yield await underWay.shift()!;
  }
}
