import { clientOf, type AwsClient } from './aws/client.js';
import { checkTimeout } from './aws/deadline.js';
import { CredstashError } from './errors.js';
import type { KeyService } from './keys/key-service.js';
import { takeCache, type CacheOptions } from './operations/cache.js';
import { takeLogger, type Logger } from './operations/log.js';
import { invalid, takeFunction, takeText, type Takers } from './operations/options.js';
import type { SecretStore } from './stores/secret-store.js';

/** The compartment that Python credstash would use. */
const DEFAULT_COMPARTMENT = 'credstash';

/** The names of a compartment's resources. */
export interface CompartmentNames {
  /** The KMS key that seals them: an alias, a key id, or the ARN of either. */
  readonly key: string;
  /** The credential table: its name or ARN. */
  readonly table: string;
  /** Whether the key was chosen by the caller, rather than by default. */
  readonly keyIsChosen: boolean;
  /** The managed policy of readers. */
  readonly readPolicy: string;
  /** The managed policy of writers. */
  readonly writePolicy: string;
}

/** What a caller may say of where the secrets are. */
export interface CompartmentChoice {
  /**
   * The compartment, as named in `new Compartment(…, { compartmentName })`.
   *
   * @default - `CREDSTASH_COMPARTMENT` of the environment, or else `credstash`
   */
  readonly compartment?: string | undefined;
  /**
   * The credential table, by name or ARN.
   *
   * @default - the compartment's, unless only `CREDSTASH_DEFAULT_TABLE` is set: then that one
   */
  readonly table?: string | undefined;
  /**
   * The KMS key: an alias, a key id, or the ARN of either.
   *
   * @default - the compartment's alias
   */
  readonly key?: string | undefined;
}

export interface CredstashOptions extends CompartmentChoice {
  /**
   * The AWS region of the table, and of the key.
   *
   * @default - as the AWS SDK finds it: `AWS_REGION`, or the profile
   */
  readonly region?: string | undefined;
  /**
   * The AWS region of the key, if it is not the table's.
   *
   * @default - `region`
   */
  readonly kmsRegion?: string | undefined;
  /**
   * A `DynamoDBClient` of the AWS SDK.
   *
   * @default - a client of `region` that retries when throttled
   */
  readonly dynamodb?: AwsClient | undefined;
  /**
   * A `KMSClient` of the AWS SDK.
   *
   * @default - a client of `kmsRegion` that retries when throttled
   */
  readonly kms?: AwsClient | undefined;
  /**
   * Milliseconds for each call to AWS, with all its retries. A `get` makes two calls.
   *
   * @default 30_000
   */
  readonly timeout?: number | undefined;
  /**
   * Keeps in memory the secrets that were read, for `get`, `getBytes`, `resolve`, and exact names of
   * `getAll`.
   *
   * @default - every read calls AWS
   */
  readonly cache?: CacheOptions | undefined;
  /**
   * Where sealed items are kept.
   *
   * @default - `table`
   */
  readonly store?: SecretStore | undefined;
  /**
   * What makes and unwraps data keys.
   *
   * @default - KMS with `key`
   */
  readonly keyService?: KeyService | undefined;
  /**
   * Called with a warning about something that works, but needs repair: also when another callback
   * throws.
   *
   * @default - no callback
   */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /**
   * Told at the end of each method what it did: its name, the secret, calls to AWS, milliseconds and the
   * error code, and never a value.
   *
   * @default - no logger
   */
  readonly logger?: Logger | undefined;
}

export const CREDSTASH_OPTIONS: Takers<CredstashOptions> = {
  compartment: takeText,
  table: takeText,
  key: takeText,
  region: takeText,
  kmsRegion: takeText,
  dynamodb: (client) => clientOf('DynamoDB', client),
  kms: (client) => clientOf('KMS', client),
  timeout: takeTimeout,
  cache: takeCache,
  store: takeStore,
  keyService: takeKeyService,
  onWarning: takeFunction,
  logger: takeLogger,
};

function takeTimeout(value: unknown): number {
  checkTimeout(value);
  return value;
}

/** A store may lack methods that are not called, as that of a test. */
function takeStore(value: unknown): SecretStore {
  const { limits } = (value ?? {}) as Partial<SecretStore>;
  const numbers = [limits?.nameBytes, limits?.versionBytes, limits?.itemBytes];
  if (numbers.every((each) => typeof each === 'number')) return value as SecretStore;
  throw invalid('The option store must be a SecretStore, with its limits.');
}

function takeKeyService(value: unknown): KeyService {
  const { generateDataKey, decrypt } = (value ?? {}) as Partial<KeyService>;
  if (typeof generateDataKey === 'function' && typeof decrypt === 'function') {
    return value as KeyService;
  }
  throw invalid('The option keyService must be a KeyService.');
}

/**
 * The names of a compartment's resources.
 *
 * The construct `Compartment` makes them under the same names.
 *
 * @throws ERR_INVALID_ARGUMENT if the compartment's name is not of the form asked for.
 */
export function compartmentNames(
  choice: CompartmentChoice,
  env: NodeJS.ProcessEnv,
): CompartmentNames {
  const named = choice.compartment ?? (env.CREDSTASH_COMPARTMENT || undefined);
  const compartment = named ?? DEFAULT_COMPARTMENT;
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(compartment)) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `${JSON.stringify(compartment)} is not a compartment's name: 1 to 64 letters, digits and hyphens, the first a letter.`,
    );
  }
  const suffix = compartment === DEFAULT_COMPARTMENT ? '' : `-${compartment}`;
  const environmentTable = named ? undefined : env.CREDSTASH_DEFAULT_TABLE || undefined;
  return {
    key: choice.key ?? `alias/credstash${suffix}`,
    table: choice.table ?? environmentTable ?? `credential-store${suffix}`,
    keyIsChosen: choice.key !== undefined || named !== undefined,
    readPolicy: `credstash${suffix}-read-secrets`,
    writePolicy: `credstash${suffix}-write-secrets`,
  };
}
