import { matches } from './pattern';
import { accountOf, Resolver } from './resolver';
import { fields, list, SynthesizedStack } from './template';

/** A statement of a policy, its intrinsic functions resolved. */
export interface Statement {
  readonly isDeny: boolean;
  readonly actions: Matcher;
  /** Of a key's policy, the key itself. */
  readonly resources: Matcher;
  /** Of a resource's policy, who it is about. */
  readonly principals: readonly string[];
  /** Whether it is about all others than those. */
  readonly isNotPrincipal: boolean;
  readonly conditions: readonly Condition[];
  /** What of it only the deployment knows, beside actions, resources, principals and values. */
  readonly notKnown: readonly string[];
}

/** A list of patterns, or all that isn't in it. */
export interface Matcher {
  readonly patterns: readonly string[];
  readonly isNot: boolean;
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The statements of a policy document. What can't be read of them is said, and may allow and deny. */
export function statementsOf(
  resolver: Resolver,
  stack: SynthesizedStack,
  document: unknown,
): Statement[] {
  const resolved = resolver.resolve(stack, document);
  const { Statement: statements = resolved } = fields(resolved);
  return list(statements).flatMap((each) => {
    if (typeof each !== 'object') return eitherEffect(ANYTHING, `the statement ${String(each)}`);
    const its = fields(each);
    // IAM ignores the case of actions.
    const statement = {
      actions: matcher(lowerCase(its.Action), lowerCase(its.NotAction)),
      resources: matcher(
        its.Resource ?? (its.NotResource === undefined ? '*' : undefined),
        its.NotResource,
      ),
      principals: principalsOf(its.Principal ?? its.NotPrincipal, accountOf(stack)),
      isNotPrincipal: its.NotPrincipal !== undefined,
      ...conditionsOf(its.Condition),
    };
    if (its.Effect === 'Allow' || its.Effect === 'Deny') {
      return [{ ...statement, isDeny: its.Effect === 'Deny' }];
    }
    return eitherEffect(statement, `the effect ${String(its.Effect)}`);
  });
}

/** A statement about everything and everybody. */
export const ANYTHING: Omit<Statement, 'isDeny'> = {
  actions: { patterns: ['*'], isNot: false },
  resources: { patterns: ['*'], isNot: false },
  principals: ['*'],
  isNotPrincipal: false,
  conditions: [],
  notKnown: [],
};

/** A statement that allows, or denies: which, only the deployment knows. */
function eitherEffect(statement: Omit<Statement, 'isDeny'>, what: string): Statement[] {
  const { notKnown } = statement;
  return [
    { ...statement, isDeny: false, notKnown: [...notKnown, `${what} allows`] },
    { ...statement, isDeny: true, notKnown: [...notKnown, `${what} denies`] },
  ];
}

/** Whether one of the patterns matches; `undefined` if only the deployment knows. */
export function matchesAny({ patterns, isNot }: Matcher, text: string): boolean | undefined {
  const answers = patterns.map((pattern) => matches(pattern, text));
  const answer = answers.includes(true) || (answers.includes(undefined) ? undefined : false);
  return answer === undefined ? undefined : answer !== isNot;
}

function lowerCase(actions: unknown): unknown {
  return actions === undefined
    ? undefined
    : list(actions).map((each) => String(each).toLowerCase());
}

function matcher(some: unknown, others: unknown): Matcher {
  const isNot = some === undefined && others !== undefined;
  return { patterns: list(isNot ? others : some).map(String), isNot };
}

/** Each as `AWS:arn…`, `Service:name` and so on, or `*`. */
function principalsOf(principal: unknown, account: string): string[] {
  if (typeof principal === 'string') return [principal];
  return Object.entries(fields(principal)).flatMap(([kind, names]) =>
    list(names).map((name) => {
      if (name === '*') return '*';
      return kind === 'AWS' ? arnOf(String(name), account) : `${kind}:${String(name)}`;
    }),
  );
}

/** IAM takes the number of an account for its root. */
function arnOf(name: string, account: string): string {
  const isAccount = name === account || /^\d{12}$/.test(name);
  return isAccount ? `arn:aws:iam::${name}:root` : name;
}

function conditionsOf(conditions: unknown = {}): Pick<Statement, 'conditions' | 'notKnown'> {
  if (typeof conditions !== 'object') {
    return { conditions: [], notKnown: [`Condition ${String(conditions)}`] };
  }
  const operators = Object.entries(fields(conditions));
  return {
    conditions: operators.flatMap(([operator, tests]) =>
      Object.entries(fields(tests)).map(([key, values]) => ({
        operator,
        key,
        values: list(values).map((value) =>
          typeof value === 'object' ? JSON.stringify(value) : String(value),
        ),
      })),
    ),
    notKnown: operators
      .filter(([, tests]) => typeof tests !== 'object')
      .map(([operator, tests]) => `${operator} ${String(tests)}`),
  };
}
