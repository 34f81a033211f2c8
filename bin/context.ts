import { COMPARTMENT_NAME_RULE, isCompartmentName } from '../lib/private/names';

/**
 * The names in the CDK context key `compartments`: an array, or a string separated by commas.
 *
 * @throws an error that shows the entry that is invalid or repeated
 */
export function contextCompartments(value: unknown): Set<string> {
  const entries: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
  const names = new Set<string>();
  for (const [index, name] of entries.entries()) {
    const entry = `Context key compartments[${index}], ${JSON.stringify(name)},`;
    if (!isCompartmentName(name)) throw new Error(`${entry} is not ${COMPARTMENT_NAME_RULE}.`);
    if (names.has(name)) throw new Error(`${entry} is a duplicate.`);
    names.add(name);
  }
  return names;
}
