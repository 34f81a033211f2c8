import type { Shortfall } from './change.js';

export type Tags = Readonly<Record<string, string>>;

/** Tags, as KMS names their halves. */
export function kmsTags(tags: Tags) {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

/** Tags, as DynamoDB and IAM name their halves. */
export function awsTags(tags: Tags) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** What the plan of a resource that is to be made says of its tags. */
export function tagNotes(tags: Tags): string[] {
  const pairs = Object.entries(tags).map((pair) => pair.join('='));
  return pairs.length > 0 ? [`tag ${pairs.join(', ')}`] : [];
}

/**
 * The tags that a resource should have, and has not.
 *
 * @param list Looks up its tags. It is not called if none are wanted.
 */
export async function tagShortfalls(
  wanted: Tags,
  list: () => Promise<Tags>,
  add: (missing: Tags) => Promise<unknown>,
): Promise<Shortfall[]> {
  if (Object.keys(wanted).length === 0) return [];
  const present = await list();
  const missing = Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => present[key] !== value),
  );
  const before = Object.keys(missing).filter((key) => key in present);
  const replaced = before.map((key) => `${key} was ${present[key]}`).join(', ');
  return tagNotes(missing).map((note) => ({
    note: replaced === '' ? note : `${note} (${replaced})`,
    mend: () => add(missing),
  }));
}
