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
  const missing = Object.entries(wanted).filter(([key, value]) => present[key] !== value);
  if (missing.length === 0) return [];
  const note = `tag ${missing.map((pair) => pair.join('=')).join(', ')}`;
  return [{ note, mend: () => add(Object.fromEntries(missing)) }];
}
