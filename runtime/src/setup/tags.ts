import type { Shortfall } from './change.js';
import { step, type Run, type Tags } from './run.js';

/** Tags, as DynamoDB and IAM write them: they refuse an empty list. */
export function awsTags(tags: Tags): { Key: string; Value: string }[] | undefined {
  const pairs = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return pairs.length > 0 ? pairs : undefined;
}

/** Tags, as DynamoDB and IAM list them. */
export function tagsOf(list: readonly { Key?: string; Value?: string }[] = []): Tags {
  return Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** The notes about the tags of a resource that will be created. */
export function tagNotes(tags: Tags): string[] {
  const pairs = Object.entries(tags).map((pair) => pair.join('='));
  return pairs.length > 0 ? [`tag ${pairs.join(', ')}`] : [];
}

/**
 * The tags of a run that an existing resource lacks.
 *
 * @param list Not called if the run has no tags.
 */
export async function tagShortfalls(
  run: Run,
  resource: string,
  list: () => Promise<Tags>,
  add: (missing: Tags) => Promise<unknown>,
): Promise<Shortfall[]> {
  const wanted = Object.entries(run.tags);
  if (wanted.length === 0) return [];
  const present = await list();
  const missing = wanted.filter(([key, value]) => present[key] !== value);
  const replaced = missing.filter(([key]) => key in present);
  const before = replaced.map(([key]) => `${key} was ${present[key]}`).join(', ');
  const mend = () =>
    step(run, `Adding tags to the ${resource}...`, `tags of the ${resource}`, () =>
      add(Object.fromEntries(missing)),
    );
  return tagNotes(Object.fromEntries(missing)).map((note) => ({
    note: before === '' ? note : `${note} (${before})`,
    mend,
  }));
}
