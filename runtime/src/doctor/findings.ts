import { CredstashError } from '../errors.js';
import { withNotes, type Change } from '../setup/change.js';
import type { Outcome } from './probes.js';

/** What was found of one thing that secrets need. */
export interface Finding {
  readonly subject: 'region' | 'identity' | Resource | Permission;
  readonly verdict: 'ok' | 'wrong' | 'unknown';
  /** What there is; or what is wrong, and what to do. */
  readonly text: string;
}

/** What a caller can be allowed to do with secrets. */
export const PERMISSIONS = ['read', 'list', 'write'] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What must exist. */
export const RESOURCES = ['table', 'key', 'alias'] as const;

export type Resource = (typeof RESOURCES)[number];

/**
 * What was found of a resource.
 *
 * @param seen What setup would do to it, or the error that kept setup from looking.
 * @param outcomes Of the calls that use it.
 * @param facts What else is known of it.
 */
export function resourceFinding(
  subject: Resource,
  name: string,
  seen: Change | CredstashError,
  outcomes: readonly Outcome[],
  facts: readonly string[] = [],
): Finding {
  if (seen instanceof CredstashError) return inferred(subject, name, seen, outcomes, facts);
  if (seen.action === 'create') {
    const text = `${name} is not there: make it with \`credstash setup\` or \`cdk deploy\`, or choose another region or compartment`;
    return { subject, verdict: 'wrong', text };
  }
  const text = withNotes(name, [...facts, ...seen.notes, ...(seen.deviations ?? [])]);
  if (seen.apply === undefined) return { subject, verdict: 'ok', text };
  return { subject, verdict: 'wrong', text: `${text}. Run \`credstash setup\`` };
}

/** What can be told of a resource that the caller is not allowed to look at, or can't here. */
function inferred(
  subject: Resource,
  name: string,
  refusal: CredstashError,
  outcomes: readonly Outcome[],
  facts: readonly string[],
): Finding {
  if (refusal.code !== 'ERR_ACCESS_DENIED' && !isUnclear(refusal)) {
    return { subject, verdict: 'wrong', text: refusal.message };
  }
  const telling = outcomes.find(
    (each) => each && each.code !== 'ERR_ACCESS_DENIED' && !isUnclear(each),
  );
  if (telling) return { subject, verdict: 'wrong', text: telling.message };
  const unseen = isUnclear(refusal) ? "this service can't tell" : 'you are not allowed to see';
  if (outcomes.includes(undefined)) {
    const settings = `it answers, but ${unseen} its settings`;
    return { subject, verdict: 'ok', text: withNotes(name, [settings, ...facts]) };
  }
  return {
    subject,
    verdict: 'unknown',
    text: `${name}: ${unseen} whether it exists`,
  };
}

/** @param outcomes Of the calls that need the permission. */
export function permissionFinding(subject: Permission, outcomes: readonly Outcome[]): Finding {
  const refused = outcomes.find((each) => each && !isUnclear(each));
  if (refused) return { subject, verdict: 'wrong', text: refused.message };
  const unclear = outcomes.find((each) => each !== undefined);
  if (!unclear) return { subject, verdict: 'ok', text: 'allowed' };
  return { subject, verdict: 'unknown', text: `can't tell here: ${unclear.message}` };
}

/** Whether an answer tells nothing: a KMS other than AWS's may know no dry run, for example. */
function isUnclear({ code }: CredstashError): boolean {
  return code === 'ERR_AWS';
}
