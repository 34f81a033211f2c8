import { CompartmentReport, PrincipalAccess } from './access';
import { covers, isUnknown } from './pattern';
import { allPairs, Scope } from './scope';
import { Halves, Verb, Verbs } from './verbs';

/** What the plugin fails the synthesis on, by the name under which it can be acknowledged. */
export const RULES = {
  ReaderCanWrite: 'Who reads secrets must not be able to write the same ones.',
  UnscopedGrant: 'In this compartment, each grant must be limited to some names or a context.',
  HalfGrant: 'A grant at the table or at the key alone allows nothing.',
  OtherAccount: 'A principal of another account has access.',
  StrangerInKeyPolicy:
    'The policy of the key must let in only its account and identities of the app.',
} as const;

export type Rule = keyof typeof RULES;

/** Where a rule is broken. */
export interface Finding {
  readonly rule: Rule;
  /** Who breaks it. */
  readonly principal: string;
  /** The path of the construct of the principal, if it is one. */
  readonly path?: string;
  readonly says: string;
}

/** The verbs that need both halves. */
const BOTH_HALVES = ['read', 'readUnbound', 'write', 'rewrap'] as const;

/** Where the rules are broken in a compartment. */
export function findingsOf(report: CompartmentReport, requireScopes: boolean): Finding[] {
  const attached = report.principals.filter(({ principal }) => !principal.isPolicy);
  const anybody = attached.find(({ principal }) => principal.names.includes('*'));
  return attached.flatMap((access) => {
    const { label, path } = access.principal;
    const verbs = anybody && anybody !== access ? completed(access, anybody) : access.verbs;
    const found = (rule: Rule, says: string | undefined): Finding[] =>
      says === undefined ? [] : [{ rule, principal: label, path, says: `${label} ${says}` }];
    return [
      ...found('ReaderCanWrite', readsAndWrites(verbs)),
      ...(requireScopes ? found('UnscopedGrant', withoutScope(verbs)) : []),
      ...found('HalfGrant', half(verbs)),
      ...found('OtherAccount', fromOutside(access, report)),
      ...found('StrangerInKeyPolicy', inKeyPolicy(access, report)),
    ];
  });
}

/** What anybody may do completes a half of a principal's. */
function completed({ verbs }: PrincipalAccess, anybody: PrincipalAccess): Verbs {
  const entries = Object.entries(verbs) as [Verb, Halves][];
  return Object.fromEntries(
    entries.map(([verb, { table, key }]): [Verb, Halves] => {
      const its = anybody.verbs[verb] ?? {};
      return [
        verb,
        {
          table: table && [...table, ...(its.table ?? [])],
          key: key && [...key, ...(its.key ?? [])],
        },
      ];
    }),
  );
}

function readsAndWrites(verbs: Verbs): string | undefined {
  const writes = verbs.write;
  const overlap = (reads: Halves | undefined) =>
    isWhole(reads) && isWhole(writes) && allPairs(reads.table, writes.table).length > 0;
  return overlap(verbs.read) || overlap(verbs.readUnbound)
    ? 'can read and write the same secrets'
    : undefined;
}

function withoutScope(verbs: Verbs): string | undefined {
  const isOpen = ({ names = ['*'], context = {} }: Scope) =>
    names.some((each) => covers(each, '?*')) && Object.keys(context).length === 0;
  const unscoped = BOTH_HALVES.filter((verb) => {
    const halves = verbs[verb];
    return isWhole(halves) && halves.table.some(isOpen) && halves.key.some(isOpen);
  });
  const deletes: Verb[] = verbs.delete?.table?.some(isOpen) ? ['delete'] : [];
  const all = [...unscoped, ...deletes];
  return all.length === 0 ? undefined : `can ${all.join(', ')} without a scope`;
}

function half(verbs: Verbs): string | undefined {
  const isSure = ({ notKnown = [] }: Scope) => notKnown.length === 0;
  const halves = BOTH_HALVES.flatMap((verb) => {
    const { table = [], key = [] } = verbs[verb] ?? {};
    // Who rewraps data keys fetches them.
    if (verb === 'read' && key.length === 0 && isWhole(verbs.rewrap)) return [];
    if (key.length === 0 && table.some(isSure)) return [`${verb} at the table, and not at the key`];
    if (table.length === 0 && key.some(isSure)) return [`${verb} at the key, and not at the table`];
    if (table.some(isSure) && key.some(isSure) && allPairs(table, key).length === 0) {
      return [`${verb} other secrets at the table than at the key`];
    }
    return [];
  });
  return halves.length === 0 ? undefined : `can ${halves.join('; ')}`;
}

function fromOutside({ principal }: PrincipalAccess, { parts }: CompartmentReport) {
  const { account } = principal;
  // An account that only the deployment knows is, as a rule, that of the compartment.
  const isOutside = !isUnknown(account) && account !== '' && account !== parts.table.account;
  return isOutside ? `is of the account ${account}` : undefined;
}

function inKeyPolicy({ principal, verbs }: PrincipalAccess, { strangers }: CompartmentReport) {
  const isIn =
    strangers.includes(principal) && Object.values(verbs).some(({ key = [] }) => key.length > 0);
  return isIn ? 'is let in by the policy of the key' : undefined;
}

function isWhole(halves: Halves | undefined): halves is Required<Halves> {
  return (halves?.table?.length ?? 0) > 0 && (halves?.key?.length ?? 0) > 0;
}
