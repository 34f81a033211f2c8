import { BulkReadError, type CredstashError } from '../errors.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { decodeText } from '../format/text.js';
import type { StoreLimits } from '../stores/secret-store.js';
import { settle } from './bulk.js';
import { checkName, storedVersion } from './checks.js';
import { get } from './get.js';
import { invalid, read, takeContext, takeOneOf, takeOptions, type Takers } from './options.js';
import { formatReference, isReference, parseReference, type Reference } from './reference.js';
import { messageOf } from './service-error.js';
import { OPERATION_OPTIONS, type OperationOptions, type Services } from './services.js';

export interface ResolveOptions extends OperationOptions {
  /**
   * The encryption context of every secret. No reference may then have one of its own.
   *
   * @default - that of each reference
   */
  readonly context?: EncryptionContext | undefined;
  /**
   * What to do when a secret, or the version of it, does not exist: `reject`, or `skip` the variable,
   * which is then left out.
   *
   * @default 'reject'
   */
  readonly onMissing?: 'reject' | 'skip' | undefined;
}

const RESOLVE_OPTIONS: Takers<ResolveOptions> = {
  ...OPERATION_OPTIONS,
  context: takeContext,
  onMissing: takeOneOf('reject', 'skip'),
};

/** Variables, with the values of secrets in place of the references to them. */
export async function resolve(
  services: Services,
  env: Readonly<Record<string, string | undefined>>,
  options: ResolveOptions,
): Promise<Record<string, string>> {
  const { context, onMissing = 'reject', signal } = takeOptions(options, RESOLVE_OPTIONS);
  const variables = read(() => takeVariables(env));
  const references = new Map<string, Reference>();
  /** The reference that each variable has, as references has it: two may say the same. */
  const keys = new Map<string, string>();
  for (const [variable, value] of variables) {
    if (!isReference(value)) continue;
    const [key, reference] = readReference(variable, value, context, services.store.limits);
    references.set(key, reference);
    keys.set(variable, key);
  }
  const { done, failures } = await settle(
    references,
    () => undefined,
    async (_, { name, ...which }) =>
      decodeText(name, (await get(services, name, { ...which, signal })).value),
  );
  const resolved = new Map<string, string>();
  const failed = new Map<string, CredstashError>();
  for (const [variable, value] of variables) {
    const key = keys.get(variable);
    const text = key === undefined ? value : done.get(key);
    const error = key === undefined ? undefined : failures.get(key);
    if (text !== undefined) resolved.set(variable, text);
    else if (error && !(onMissing === 'skip' && error.code === 'ERR_SECRET_NOT_FOUND')) {
      failed.set(variable, error);
    }
  }
  if (failed.size > 0) throw new BulkReadError(resolved, failed);
  return Object.fromEntries(resolved);
}

/** The variables that are set. */
function takeVariables(env: unknown): (readonly [string, string])[] {
  if (Object.prototype.toString.call(env) !== '[object Object]') {
    throw invalid('The variables must be an object whose values are strings.');
  }
  return Object.entries(env as object).flatMap(([variable, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (typeof value !== 'string') throw invalid(`${variable}: the value must be a string.`);
    return [[variable, value] as const];
  });
}

/** A reference in its one form, and what it says. Its context may be that given for all. */
function readReference(
  variable: string,
  value: string,
  context: EncryptionContext | undefined,
  limits: StoreLimits,
): [key: string, Reference] {
  try {
    const reference = parseReference(value);
    if (reference.context && context) {
      throw invalid('The encryption context is given twice, in the reference and for all of them.');
    }
    const { name, version } = reference;
    checkName(name, limits);
    if (version !== undefined) storedVersion(version, limits);
    const whole = { context, ...reference };
    return [formatReference(name, { version, context: whole.context }), whole];
  } catch (error) {
    throw invalid(`${variable}: ${messageOf(error)}`);
  }
}
