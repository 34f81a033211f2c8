import { conditionHolds, matchesPattern, type RequestContext } from './conditions';

/** An IAM policy document: of an identity, or of a resource. */
export interface PolicyDocument {
  readonly Statement: Statement | readonly Statement[];
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: OneOrMore<string>;
  readonly Resource?: OneOrMore<string>;
  readonly Principal?: '*' | { readonly AWS?: OneOrMore<string> };
  readonly Condition?: Record<string, Record<string, OneOrMore<string>>>;
}

type OneOrMore<T> = T | readonly T[];

/** A request, as policies see it. */
export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** What policies say of a request: a Deny in any of them is final. */
export type Verdict = 'Allow' | 'Deny' | undefined;

/** The verdict of an identity's policies. */
export function identityVerdict(
  policies: readonly PolicyDocument[],
  request: AccessRequest,
): Verdict {
  return verdict(policies.flatMap(statements), request);
}

/** The verdict of a resource's policy on one of the ways to name a principal, or on anybody. */
export function resourceVerdict(
  policy: PolicyDocument,
  principalArns: readonly string[],
  request: AccessRequest,
): Verdict {
  const its = statements(policy).filter(({ Principal }) =>
    Principal === '*'
      ? true
      : list(Principal?.AWS ?? []).some((arn) => arn === '*' || principalArns.includes(arn)),
  );
  return verdict(its, request);
}

function verdict(candidates: readonly Statement[], request: AccessRequest): Verdict {
  const effects = candidates.filter((each) => applies(each, request)).map(({ Effect }) => Effect);
  if (effects.includes('Deny')) return 'Deny';
  return effects.includes('Allow') ? 'Allow' : undefined;
}

function applies(statement: Statement, { action, resource, context }: AccessRequest): boolean {
  // The policy of a role's trust has no resource: it is the role's.
  const resources = list(statement.Resource ?? '*');
  return (
    list(statement.Action).some((each) =>
      matchesPattern(each.toLowerCase(), action.toLowerCase()),
    ) &&
    resources.some((each) => matchesPattern(each, resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, tests]) =>
      Object.entries(tests).every(([key, values]) =>
        conditionHolds(operator, context[key.toLowerCase()], list(values).map(String)),
      ),
    )
  );
}

function statements(policy: PolicyDocument): readonly Statement[] {
  for (const statement of list(policy.Statement)) {
    const known = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'];
    const unknown = Object.keys(statement).find((element) => !known.includes(element));
    if (unknown) throw new Error(`The embedded AWS knows no policy element ${unknown}`);
  }
  return list(policy.Statement);
}

function list<T>(value: OneOrMore<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
