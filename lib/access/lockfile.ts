import { AccessReport, CompartmentReport } from './access';
import { Rule } from './rules';
import { Verbs } from './verbs';

/** A rule that is broken on purpose. */
export interface Acknowledged {
  readonly rule: Rule;
  readonly principal: string;
  readonly reason: string;
}

/** The lockfile: what a pull request shows of who has access. */
export interface Lockfile {
  readonly '//': string;
  /** Of the format: `credstash access` refuses those that it doesn't know. */
  readonly version: 1;
  readonly compartments: Readonly<Record<string, LockedCompartment>>;
  /** What may give access or take it, and isn't read. */
  readonly notKnown: readonly string[];
}

export interface LockedCompartment {
  readonly name: string;
  readonly table: string;
  readonly key: string;
  readonly aliases: readonly string[];
  readonly bindsNames: boolean;
  readonly opensUnbound: boolean;
  readonly notKnown: readonly string[];
  readonly principals: Readonly<Record<string, Verbs>>;
  readonly acknowledged: readonly Acknowledged[];
}

/** @param acknowledged By the path of the compartment. */
export function lockfileOf(
  { compartments, notKnown }: AccessReport,
  acknowledged: ReadonlyMap<string, readonly Acknowledged[]>,
): Lockfile {
  const entries = compartments.map((report): [string, LockedCompartment] => {
    const { path } = report.parts;
    return [path, locked(report, acknowledged.get(path) ?? [])];
  });
  return {
    '//': 'Written by CompartmentAccess. Review its changes, and do not edit it.',
    version: 1,
    compartments: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))),
    notKnown,
  };
}

/** The text of the lockfile. */
export function jsonOf(lockfile: Lockfile): string {
  return `${JSON.stringify(lockfile, undefined, 2)}\n`;
}

function locked(
  { parts, bindsNames, opensUnbound, principals }: CompartmentReport,
  acknowledged: readonly Acknowledged[],
): LockedCompartment {
  const { name, table, key, aliases, notKnown } = parts;
  return {
    name,
    table: table.arn,
    key: key.arn,
    aliases,
    bindsNames,
    opensUnbound,
    notKnown,
    principals: Object.fromEntries(
      principals.map(({ principal, verbs }) => [principal.label, verbs]),
    ),
    acknowledged,
  };
}
