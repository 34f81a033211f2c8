import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { allOf, Conditions, inList, literal, withoutVariables } from './conditions';
import { invalid } from './invalid';

/** What limits a grant to some secrets. */
export interface Scope {
  readonly names?: readonly string[];
  readonly context?: Readonly<Record<string, string>>;
}

/** The pairs that bind a data key to the secret that it seals. */
export const BOUND_NAME = 'credstash:name';
export const BOUND_VERSION = 'credstash:version';

const FIELDS = ['names', 'context'];

/** What a managed policy holds in all (AWS, "IAM and AWS STS quotas"). */
const POLICY_CHARACTERS = 6144;

/**
 * @throws if the scope might grant more than its author meant: a mistyped field, an undefined one, an
 * empty list
 */
export function checkScope(construct: IConstruct, scope: Scope): void {
  const problem = problemOf(scope);
  if (problem !== undefined) throw invalid(construct, 'InvalidGrantScope', problem);
}

/** The scope of a call, if it has one: in Python, jsii makes an empty one of a call without any. */
export function givenScope(scope: Scope | undefined): Scope | undefined {
  const isPython = process.env.JSII_AGENT?.startsWith('Python/') ?? false;
  return isPython && scope && Object.keys(scope).length === 0 ? undefined : scope;
}

/** Whether a scope limits a grant at all. */
export function isScoped({ names, context }: Scope): boolean {
  return names !== undefined || context !== undefined;
}

/** What is wrong with a scope, if anything is. */
function problemOf(scope: Scope): string | undefined {
  if (typeof scope !== 'object' || scope === null)
    return 'A scope is an object with names or context.';
  const unknown = Object.keys(scope).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    const hint = unknown === 'prefix' ? " Write names: ['app/*'] for a prefix." : '';
    return `A scope has names and context, and no ${unknown}.${hint}`;
  }
  const { names, context } = scope;
  if (!isScoped(scope)) {
    return 'The scope is empty: names and context are both undefined. To grant access to all secrets, pass no scope.';
  }
  return (
    (names === undefined ? undefined : problemOfNames(names)) ??
    (context === undefined ? undefined : problemOfContext(context))
  );
}

/** The names that a request may use as partition keys of the table. */
export function onTable({ names }: Scope): Conditions {
  if (names === undefined) return {};
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': names.map(pattern) },
    // ForAllValues is also true if a request has no partition keys, as a scan has none.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

/** The pairs that a request must have in its encryption context. */
export function inContext({ context = {} }: Scope): Conditions {
  const tests = Object.entries(context).map(([key, value]) => [
    `kms:EncryptionContext:${key}`,
    inList(withoutVariables(value)),
  ]);
  return tests.length === 0 ? {} : { StringEquals: Object.fromEntries(tests) };
}

/** The name that a request must have in its encryption context, where names are bound. */
export function boundName({ names }: Scope): Conditions {
  const key = `kms:EncryptionContext:${BOUND_NAME}`;
  return names === undefined ? isBound(key) : { StringLike: { [key]: names.map(pattern) } };
}

/** That a request has both pairs in its encryption context, and one of the names. */
export function bound(scope: Scope): Conditions {
  return allOf(boundName(scope), isBound(`kms:EncryptionContext:${BOUND_VERSION}`));
}

/** That a request has no name in its encryption context. */
export function unbound(): Conditions {
  return { Null: { [`kms:EncryptionContext:${BOUND_NAME}`]: 'true' } };
}

function isBound(key: string): Conditions {
  return { Null: { [key]: 'false' } };
}

function pattern(name: string): string {
  return name.endsWith('*') ? `${literal(name.slice(0, -1))}*` : literal(name);
}

function problemOfNames(names: readonly string[]): string | undefined {
  if (!Array.isArray(names) || names.length === 0) {
    return 'The names of a scope must be a list of at least one name.';
  }
  for (const name of names as unknown[]) {
    if (typeof name !== 'string' || name === '') {
      return `${JSON.stringify(name)} is not the name of a secret.`;
    }
    if (Token.isUnresolved(name)) {
      return `The name ${name} is known only on deployment, so it can't be checked for wildcards. Pass a literal string.`;
    }
    if (name === '*') {
      return 'The name * stands for every secret. To grant access to all, leave names out.';
    }
    if (name.slice(0, -1).includes('*')) {
      return `${JSON.stringify(name)} has a * before its end: it can only be the last character.`;
    }
  }
  const { length } = JSON.stringify(names.map(pattern));
  if (length > POLICY_CHARACTERS) {
    return `The names have ${length} characters, and a policy holds ${POLICY_CHARACTERS}. Use fewer names, or a * at the end.`;
  }
  return undefined;
}

function problemOfContext(context: Readonly<Record<string, string>>): string | undefined {
  if (typeof context !== 'object' || context === null) {
    return 'The context of a scope must be an object whose values are strings.';
  }
  const pairs = Object.entries(context) as [string, unknown][];
  if (pairs.length === 0) {
    return 'The context of the scope is empty, so it would match every secret: leave it out.';
  }
  const seen = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (key === '' || typeof value !== 'string' || value === '') {
      return `The context ${JSON.stringify(key)} must have a key, and a string as its value.`;
    }
    if (Token.isUnresolved(key)) {
      return `The context key ${key} is known only on deployment. Pass a literal string.`;
    }
    // IAM compares the names of condition keys without case.
    const other = seen.get(key.toLowerCase());
    if (other !== undefined) {
      return `IAM takes the context keys ${other} and ${key} for the same: use only one.`;
    }
    if ([BOUND_NAME, BOUND_VERSION].includes(key.toLowerCase())) {
      return `The context key ${key} is reserved: limit the grant by names.`;
    }
    seen.set(key.toLowerCase(), key);
  }
  return undefined;
}
