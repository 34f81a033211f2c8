import { Part } from './compartments';
import { limits } from './condition';
import { matches } from './pattern';
import { accountOfRoot, Principal } from './principal';
import { Request } from './request';
import { allPairs, intersection, Scope, scope, simplest, without } from './scope';
import { Matcher, matchesAny, Statement } from './statement';

/** What the policies of a resource and of its account ask for beside each other. */
export interface Target extends Part {
  /** Whether the policies of identities suffice within the account, as for a table. */
  readonly identitiesSuffice: boolean;
  /** What requests to it say beside what their kind says. */
  readonly values: Request['values'];
}

/** The requests of a kind that a principal may make: alternatives. */
export function allowed(principal: Principal, target: Target, kind: Request): Scope[] {
  const { account } = principal;
  const its = byAccount(principal, target, kind);
  if (account === '' || matches(account, target.account) !== undefined) return its;
  // The deployment may give both the same account.
  const inside = byAccount({ ...principal, account: target.account }, target, kind);
  const notKnown = [`${account} is ${target.account}`];
  return simplest([...its, ...inside.flatMap((each) => intersection(each, { notKnown }) ?? [])]);
}

/** As {@link allowed}, of accounts that are the same if they are called the same. */
function byAccount(principal: Principal, target: Target, kind: Request): Scope[] {
  const request = {
    ...kind,
    values: {
      ...ofCaller(principal),
      ...target.values,
      ...kind.values,
    },
  };
  const isOutside = principal.account !== target.account;
  const applying = (statements: readonly Statement[], effect: 'allow' | 'deny') =>
    statements
      .filter(({ isDeny }) => isDeny === (effect === 'deny'))
      .flatMap((each) => applies(each, target, request) ?? []);
  const policy = target.policy ?? [];
  // What anybody may do is said once, of anybody, and not again of each identity of the account.
  const naming = policy
    .filter(({ isDeny, principals }) => isDeny || isOutside || !principals.includes('*'))
    .flatMap((each) => names(each, principal.names) ?? []);
  const delegating = policy.filter(
    ({ principals, isNotPrincipal }) =>
      !isNotPrincipal && principals.some((each) => accountOfRoot(each) === principal.account),
  );
  // Who the app does not define may be allowed anything by its own account.
  const isAccount = principal.names.some((name) => accountOfRoot(name) !== undefined);
  const own = principal.statements
    ? applying(principal.statements, 'allow')
    : isOutside || isAccount
      ? [{}]
      : [];
  const named = applying(naming, 'allow');
  const delegated = target.policy ? applying(delegating, 'allow') : [{}];
  const refused = [...(principal.statements ?? []), ...naming, ...delegating];
  return without(
    isOutside
      ? allPairs(own, simplest([...named, ...delegated]))
      : simplest([...named, ...(target.identitiesSuffice ? own : allPairs(own, delegated))]),
    applying(refused, 'deny'),
  );
}

/** What is known of who sends a request. */
function ofCaller({ account, names: [name = ''] }: Principal): Request['values'] {
  return {
    ...(account === ''
      ? {}
      : { 'aws:principalaccount': [account], 'kms:calleraccount': [account] }),
    ...(/:(role|user)\//.test(name) ? { 'aws:principalarn': [name] } : {}),
  };
}

/** A statement, if it is about one of the names. */
function names(statement: Statement, its: readonly string[]): Statement | undefined {
  const isNamed = statement.principals.some((each) => each === '*' || its.includes(each));
  if (statement.isNotPrincipal) {
    const condition = { operator: 'NotPrincipal', key: '', values: statement.principals };
    return isNamed ? undefined : { ...statement, conditions: [...statement.conditions, condition] };
  }
  return isNamed ? statement : undefined;
}

/** The requests of a kind that a statement is about. */
function applies(statement: Statement, target: Target, request: Request): Scope | undefined {
  const { actions, resources } = statement;
  const isAbout = matchesAny(actions, request.action.toLowerCase());
  const isOn = matchesAny(resources, target.arn);
  if (isAbout === false || isOn === false) return undefined;
  const its = limits(statement, request);
  const notKnown = [
    ...(isAbout ? [] : [inWords('Action', actions)]),
    ...(isOn ? [] : [inWords('Resource', resources)]),
    ...statement.notKnown,
  ];
  return its && intersection(its, scope({ notKnown }));
}

function inWords(element: string, { patterns, isNot }: Matcher): string {
  return `${isNot ? 'Not' : ''}${element} ${patterns.join(' or ')}`;
}
