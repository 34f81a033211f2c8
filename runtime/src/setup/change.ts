import type { Physical, Properties } from './template.js';

/** What is to be done to one resource. */
export interface Change {
  readonly action: 'create' | 'adopt' | 'update' | 'unchanged' | 'drifted';
  /** For people, for example `table credential-store`. */
  readonly resource: string;
  /** What is to be changed, and what is left as it is. */
  readonly notes: readonly string[];
  /** How others name it. Of a key that is still to be made, it stands for what is not known yet. */
  readonly physical: Physical;
  /** Does it, with every reference in the properties known. There is none if nothing is to be done. */
  readonly apply?: (properties: Properties) => Promise<Physical>;
}

/** One thing in which a resource that exists falls short of the template. */
export interface Shortfall {
  readonly note: string;
  readonly mend: () => Promise<unknown>;
}

/** The change of a resource that exists: what falls short is mended, what differs is kept. */
export function changeOfExisting(
  resource: string,
  physical: Physical,
  shortfalls: readonly Shortfall[],
  kept: readonly string[],
): Change {
  const notes = [...shortfalls.map(({ note }) => note), ...kept];
  if (shortfalls.length === 0) {
    return { action: kept.length > 0 ? 'adopt' : 'unchanged', resource, notes, physical };
  }
  const apply = async () => {
    for (const { mend } of shortfalls) await mend();
    return physical;
  };
  return { action: 'update', resource, notes, physical, apply };
}

/** What is said of a resource: its name, and what is to be known of it. */
export function withNotes(name: string, notes: readonly string[]): string {
  return notes.length > 0 ? `${name}: ${notes.join('; ')}` : name;
}

/** Do a change, if there is anything to do. */
export async function applyChange(change: Change, properties: Properties): Promise<Physical> {
  return change.apply?.(properties) ?? change.physical;
}

/** Plans the change of one resource of a template, and changes nothing. */
export type Planner = (properties: Properties, identity: Identity) => Promise<Change>;

/** What a resource is known by, beside its properties. */
export interface Identity {
  readonly logicalId: string;
  /** The alias, in the same template, of a key. */
  readonly aliasName: string | undefined;
}

/** @throws if the template says more of a resource than would be applied. */
export function checkProperties(properties: Properties, applied: readonly string[]): void {
  const unknown = Object.keys(properties).filter((name) => !applied.includes(name));
  if (unknown.length > 0)
    throw new Error(`The template sets ${unknown.join(', ')}: not known here`);
}
