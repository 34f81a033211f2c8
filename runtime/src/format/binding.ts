import type { EncryptionContext } from './encryption-context.js';

const NAME = 'credstash:name';
const VERSION = 'credstash:version';

/** The value of an item's attribute `binding`: its data key is bound to its name and version. */
export const NAME_AND_VERSION = 'name-and-version';

/** What a data key is bound to, where the compartment binds names. */
export interface Identity {
  readonly name: string;
  /** As stored. */
  readonly version: string;
}

/**
 * An encryption context that also binds a data key to its secret.
 *
 * @returns undefined if the context names another secret or version
 */
export function boundContext(
  context: EncryptionContext,
  { name, version }: Identity,
): EncryptionContext | undefined {
  const { [NAME]: givenName = name, [VERSION]: givenVersion = version } = context;
  if (givenName !== name || givenVersion !== version) return undefined;
  return { ...context, [NAME]: name, [VERSION]: version };
}

/** Whether a caller bound the context by hand, as clients must that don't know of it. */
export function isBoundContext(context: EncryptionContext): boolean {
  return Object.hasOwn(context, NAME) && Object.hasOwn(context, VERSION);
}
