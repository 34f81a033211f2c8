import { entriesOf, type Entry, type Question } from './answer.js';
import type { LockedCompartment, Lockfile } from './lockfile.js';

/** Who can use a secret of an app, or any. */
export interface AccessReport {
  readonly question: Question;
  readonly compartments: readonly CompartmentReport[];
  /** What may give access or take it, and wasn't read. */
  readonly notKnown: readonly string[];
}

export interface CompartmentReport extends Omit<LockedCompartment, 'principals'> {
  /** The path of its construct. */
  readonly path: string;
  readonly access: readonly Entry[];
}

/** @param compartment The only one that is asked about, by its name or path. */
export function reportOf(
  lockfile: Lockfile,
  question: Question,
  compartment?: string,
): AccessReport {
  const compartments = Object.entries(lockfile.compartments)
    .filter(([path, { name }]) => compartment === undefined || [path, name].includes(compartment))
    .map(([path, { principals, ...rest }]): CompartmentReport => ({
      path,
      ...rest,
      access: entriesOf(principals, question),
    }));
  return { question, compartments, notKnown: lockfile.notKnown };
}
