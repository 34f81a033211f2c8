import { CredstashError } from '../errors.js';
import { forEachPooled } from './pool.js';
import { compareBytes } from '../format/version.js';

/** Calls under way at once in a bulk read or write. */
const CONCURRENCY = 16;

/** Told how far a long work is. */
export type OnProgress = (done: number, total: number) => void;

/** Do a task for each entry, and tell apart, in the order of names, what it gave and why not. */
export async function settle<In, Out>(
  entries: ReadonlyMap<string, In>,
  onSettled: (name: string, outcome: Out | CredstashError) => void,
  task: (name: string, entry: In) => Promise<Out>,
): Promise<{ done: Map<string, Out>; failures: Map<string, CredstashError> }> {
  const done = new Map<string, Out>();
  const failures = new Map<string, CredstashError>();
  await forEachPooled(entries, CONCURRENCY, async ([name, entry]) => {
    try {
      const result = await task(name, entry);
      done.set(name, result);
      onSettled(name, result);
    } catch (error) {
      if (!(error instanceof CredstashError)) throw error;
      failures.set(name, error);
      onSettled(name, error);
    }
  });
  return { done: sorted(done), failures: sorted(failures) };
}

function sorted<T>(map: Map<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => compareBytes(a, b)));
}
