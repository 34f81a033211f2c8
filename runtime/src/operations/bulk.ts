import type { CredstashError } from '../errors.js';
import { compareBytes } from '../format/text.js';
import { asCredstashError } from './service-error.js';

/** Calls under way at once. */
export const CONCURRENCY = 16;

/** Called with how many are done, of how many. */
export type OnProgress = (done: number, total: number) => void;

/** What a bulk operation gave, and why the rest failed, both in the order of names. */
interface Settled<T> {
  readonly done: Map<string, T>;
  readonly failures: Map<string, CredstashError>;
}

/**
 * Do a task for each entry. One that fails does not stop the others.
 *
 * @param onSettled Must not throw.
 */
export async function settle<In, Out>(
  entries: ReadonlyMap<string, In>,
  onSettled: (name: string, outcome: Out | CredstashError) => void,
  task: (name: string, entry: In) => Promise<Out>,
): Promise<Settled<Out>> {
  const done = new Map<string, Out>();
  const failures = new Map<string, CredstashError>();
  await forEachPooled(entries, CONCURRENCY, async ([name, entry]) => {
    try {
      const result = await task(name, entry);
      done.set(name, result);
      onSettled(name, result);
    } catch (cause) {
      const error = asCredstashError(cause);
      failures.set(name, error);
      onSettled(name, error);
    }
  });
  return { done: sorted(done), failures: sorted(failures) };
}

/** Run a task on each item, at most `limit` of them at a time. */
async function forEachPooled<T>(
  items: Iterable<T>,
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items].values();
  const worker = async () => {
    for (const item of queue) await task(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

function sorted<T>(map: Map<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => compareBytes(a, b)));
}
