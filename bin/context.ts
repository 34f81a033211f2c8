import { COMPARTMENT_NAME_RULE, isCompartmentName } from '../lib/private/names';

/**
 * The compartments named by the context key `compartments`: a list, or a text with commas.
 *
 * @throws an error that names the entry that is no compartment's name, or a second time
 */
export function contextCompartments(value: unknown): Set<string> {
  const entries: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
  const names = new Set<string>();
  for (const [index, name] of entries.entries()) {
    const entry = `Context key compartments[${index}], ${JSON.stringify(name)},`;
    if (!isCompartmentName(name)) throw new Error(`${entry} is not ${COMPARTMENT_NAME_RULE}.`);
    if (names.has(name)) throw new Error(`${entry} is there twice.`);
    names.add(name);
  }
  return names;
}
