import { CredstashError } from '../errors.js';
import type { Run } from './run.js';

/** One thing in which an existing resource is not as setup makes it, and which is kept. */
export interface Deviation {
  readonly text: string;
  /** Whether it lets others use the resource than the identities of the account. */
  readonly isStranger: boolean;
}

export function kept(text: string): Deviation {
  return { text, isStranger: false };
}

export function stranger(text: string): Deviation {
  return { text, isStranger: true };
}

/**
 * Take a resource as it is.
 *
 * @returns What is not as setup makes it.
 * @throws ERR_UNTRUSTED if that lets strangers in, unless its ARN was given to be adopted
 */
export function adopted(
  run: Run,
  resource: string,
  arn: string,
  deviations: readonly Deviation[],
): string[] {
  const strangers = deviations.filter(({ isStranger }) => isStranger).map(({ text }) => text);
  if (strangers.length > 0 && !run.adopt.includes(arn)) {
    throw new CredstashError(
      'ERR_UNTRUSTED',
      `The ${resource}, ${arn}, is open to others than this account's users and roles: ${strangers.join('; ')}. Remove what should not be there; if you want all of it, adopt ${arn}.`,
    );
  }
  return deviations.map(({ text }) => text);
}

/** A policy of a resource, as far as it is read here. */
export interface ResourcePolicy {
  readonly Statement?: Statement | readonly Statement[];
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: unknown;
}

/**
 * What a policy says beside letting the account's policies decide.
 *
 * @param wanted What it is to say.
 */
export function policyDeviations(
  run: Run,
  policyName: string,
  { Statement = [] }: ResourcePolicy,
  wanted: ResourcePolicy = {},
): Deviation[] {
  const expected = [wanted.Statement ?? []].flat().map(canonical);
  return [Statement]
    .flat()
    .filter((each) => !leavesAllToIam(run, each) && !expected.includes(canonical(each)))
    .map((each) => {
      const text = `${policyName} also says ${JSON.stringify(each)}`;
      return each.Effect === 'Allow' && !isOfAccount(run, each) ? stranger(text) : kept(text);
    });
}

/** The same text for statements that mean the same: lists have no order, and one value needs no list. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const [first = '[]', ...others] = value.map(canonical).sort();
    return others.length === 0 ? first : `[${[first, ...others].join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(String(value));
  const entries = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`,
  );
  return `{${entries.sort().join()}}`;
}

/** Whether a policy lets the account's policies decide. */
export function leavesAccessToIam(run: Run, { Statement = [] }: ResourcePolicy): boolean {
  return [Statement].flat().some((each) => leavesAllToIam(run, each));
}

/** Whether a policy denies an action, at least on some condition. */
export function denies({ Statement = [] }: ResourcePolicy, action: string): boolean {
  const matches = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action);
  return [Statement]
    .flat()
    .some(({ Effect, Action = [] }) => Effect === 'Deny' && [Action].flat().some(matches));
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
function leavesAllToIam(run: Run, { Effect, Action = [], Principal, Condition }: Statement) {
  const root = [run.account, `arn:${run.partition}:iam::${run.account}:root`];
  return (
    Effect === 'Allow' &&
    Condition === undefined &&
    [Action].flat().includes('kms:*') &&
    typeof Principal === 'object' &&
    Object.entries(Principal).every(
      ([type, names]) => type === 'AWS' && [names].flat().every((name) => root.includes(name)),
    )
  );
}

/** Whether a statement names only users and roles of the account, whatever its condition. */
function isOfAccount({ partition, account }: Run, { Principal }: Statement): boolean {
  if (typeof Principal !== 'object') return false;
  const own = new RegExp(`^(${account}|arn:${partition}:(iam|sts)::${account}:.*)$`);
  return Object.entries(Principal).every(
    ([type, names]) => type === 'AWS' && [names].flat().every((name) => own.test(name)),
  );
}
