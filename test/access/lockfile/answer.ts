import type { Halves, Verb } from '../../../lib/access/access';
import type { LockedCompartment } from '../../../lib/access/lockfile';
import type { Scope } from '../../../lib/access/scope';
import { matchesPattern } from '../../../testbed/conditions';

/** A secret that somebody might use. */
export interface Secret {
  readonly name: string;
  readonly context: Readonly<Record<string, string>>;
}

export const SECRETS: readonly Secret[] = [
  { name: 'app/db', context: { env: 'prod' } },
  { name: 'app/web', context: { env: 'dev' } },
  { name: 'other/db', context: { env: 'prod' } },
  { name: 'other/web', context: {} },
];

export type Answer = 'yes' | 'no' | 'not known';

/** What a compartment's entry in the lockfile says of a principal, a verb and a secret. */
export function answer(
  { principals }: LockedCompartment,
  principal: string,
  verb: Verb,
  secret: Secret,
): Answer {
  const own = principals[principal]?.[verb];
  // What anybody may do, each identity of the account may do, too.
  const anybody = principals.anybody?.[verb];
  const half = (which: keyof Halves) =>
    some([...(own?.[which] ?? []), ...(anybody?.[which] ?? [])], secret);
  if (verb === 'control') return or(half('table'), half('key'));
  const needsKey = own?.key !== undefined || anybody?.key !== undefined;
  return needsKey ? and(half('table'), half('key')) : half('table');
}

function some(scopes: readonly Scope[], secret: Secret): Answer {
  return scopes.map((scope) => within(scope, secret)).reduce(or, 'no');
}

function within(
  { names, context = {}, notKnown = [], except = [] }: Scope,
  secret: Secret,
): Answer {
  const holds = (patterns: readonly string[] | undefined, actual: string | undefined) =>
    patterns === undefined ||
    (actual !== undefined && patterns.some((pattern) => matchesPattern(pattern, actual)));
  const isWithin =
    holds(names, secret.name) &&
    Object.entries(context).every(([key, values]) => holds(values, secret.context[key]));
  if (!isWithin) return 'no';
  const refused = some(except, secret);
  if (refused === 'yes') return 'no';
  return notKnown.length > 0 || refused === 'not known' ? 'not known' : 'yes';
}

function or(a: Answer, b: Answer): Answer {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'no' ? b : a;
}

function and(a: Answer, b: Answer): Answer {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' ? b : a;
}
