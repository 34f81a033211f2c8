import { AsyncLocalStorage } from 'node:async_hooks';

/** How many calls to AWS some work made, each with its retries. */
export interface CallCount {
  calls: number;
}

const counts = new AsyncLocalStorage<CallCount>();

/** Do work, and count its calls. */
export function counting<T>(count: CallCount, work: () => Promise<T>): Promise<T> {
  return counts.run(count, work);
}

/** Count a call, for the work that it is a part of. */
export function countCall(): void {
  const count = counts.getStore();
  if (count) count.calls++;
}
