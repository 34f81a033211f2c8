/** What went wrong, in a form for programs. Codes are stable; messages are not. */
export type ErrorCode =
  /** An argument is malformed, or there is no such option. */
  | 'ERR_INVALID_ARGUMENT'
  /** The store has no such name, or no such version of it. */
  | 'ERR_SECRET_NOT_FOUND'
  /** The version to write exists already; nothing was written. */
  | 'ERR_VERSION_EXISTS'
  /** There is no next version: the latest is not a number, or the highest one there is. */
  | 'ERR_NO_NEXT_VERSION'
  /** Other writers took every next version tried; nothing was written. */
  | 'ERR_VERSION_CONTENDED'
  /** The sealed value would not fit in one item of the store; nothing was written. */
  | 'ERR_VALUE_TOO_LARGE'
  /** The value is not UTF-8: read it with `getBytes`. */
  | 'ERR_NOT_TEXT'
  /** The stored item was altered or damaged. */
  | 'ERR_INTEGRITY'
  /** The item names an HMAC digest that is not supported. */
  | 'ERR_UNSUPPORTED_DIGEST'
  /** KMS refused the wrapped data key: the encryption context differs, or `key` is damaged. */
  | 'ERR_CONTEXT_MISMATCH'
  /** The item's data key is not bound to its name and version, as the compartment requires. */
  | 'ERR_NOT_BOUND'
  /** The item was sealed under another KMS key than the expected one. */
  | 'ERR_UNEXPECTED_KEY'
  /** There is no such KMS key or alias in the region. */
  | 'ERR_KEY_NOT_FOUND'
  /** The KMS key is disabled, pending deletion or of the wrong kind. */
  | 'ERR_KEY_UNAVAILABLE'
  /** There is no such table in the region. */
  | 'ERR_TABLE_NOT_FOUND'
  /** The table that exists has another primary key, or is being deleted. */
  | 'ERR_TABLE_UNSUITABLE'
  /** The table or key that exists lets others use it than the identities of the account. */
  | 'ERR_UNTRUSTED'
  /** The managed policy that exists is for another table or key. */
  | 'ERR_POLICY_TAKEN'
  /** There is no such role in the account. */
  | 'ERR_ROLE_NOT_FOUND'
  /** The key or table belongs to another region than the one asked. */
  | 'ERR_WRONG_REGION'
  /** No AWS region is set. */
  | 'ERR_REGION_MISSING'
  /** The caller lacks a permission. */
  | 'ERR_ACCESS_DENIED'
  /** AWS still throttled the last retry. */
  | 'ERR_THROTTLED'
  /** The account has as many of something as its quota allows. */
  | 'ERR_QUOTA'
  /** The write may have been done: its answer was lost, every time. */
  | 'ERR_OUTCOME_UNKNOWN'
  /** The caller's `signal` aborted. */
  | 'ERR_ABORTED'
  /** The service can't be reached, or gives no answer in time: it may not exist in the region. */
  | 'ERR_UNREACHABLE'
  /** There are no AWS credentials, AWS does not accept them, or the clock is wrong. */
  | 'ERR_CREDENTIALS'
  /** Any other failure of an AWS call. */
  | 'ERR_AWS'
  /** A store or key service of the caller's own failed in a way of its own: see `cause`. */
  | 'ERR_SERVICE'
  /** Some secrets of a bulk read failed: see {@link BulkReadError}. */
  | 'ERR_BULK_READ'
  /** Some secrets of a bulk write failed: see {@link BulkWriteError}. */
  | 'ERR_BULK_WRITE';

/** The secret that an error is about. */
export interface SecretReference {
  readonly name: string;
  /** The version asked for, as stored. */
  readonly version?: string | undefined;
  /** The latest version, where the error tells it. */
  readonly latestVersion?: string | undefined;
}

/**
 * The class of every error that the library throws.
 *
 * `instanceof` also holds for errors of another copy of this package: of its CommonJS and its ESM
 * form, for example, or of the one in `cdk-credstash/runtime`.
 */
export class CredstashError extends Error {
  /** The secret that it is about, if it is about one. */
  readonly secret: SecretReference | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { secret, ...options }: ErrorOptions & { readonly secret?: SecretReference } = {},
  ) {
    super(message, options);
    this.name = new.target.className;
    this.secret = secret;
  }

  /** The class in every copy of this package. A minifier may rename the class itself. */
  protected static readonly className: string = 'CredstashError';

  static {
    mark(this, this.className);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const isMarked = Object.hasOwn(this.prototype, markOf(this.className));
    if (!isMarked) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && markOf(this.className) in value;
  }
}

/** An AWS service that this package calls. */
export type AwsService = 'DynamoDB' | 'IAM' | 'KMS' | 'Resource Groups Tagging API' | 'STS';

/** A call to AWS that failed. */
export interface FailedCall {
  readonly service: AwsService;
  /** As IAM names it, for example `kms:Decrypt`. */
  readonly action: string;
  /** The key, table, policy or role, by name or ARN. */
  readonly resource: string;
  /** The region that was asked, if one is set. */
  readonly region: string | undefined;
  /** The error of AWS, in its own words. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice: string | undefined;
}

/** A call to AWS failed. */
export class AwsError extends CredstashError {
  protected static override readonly className = 'AwsError';

  static {
    mark(this, this.className);
  }

  constructor(
    code: ErrorCode,
    /** The call that failed. */
    readonly call: FailedCall,
    options?: ErrorOptions,
  ) {
    const { action, resource, region, detail, advice } = call;
    const where = code.endsWith('_NOT_FOUND') ? ` in ${region}` : '';
    const message = `Could not call ${action} on ${resource}${where} (${detail}).`;
    super(code, advice === undefined ? message : `${message} ${advice}`, options);
  }
}

/**
 * A bulk read in which some secrets failed. It carries the secrets that were read. Of `resolve`, both
 * are by variable.
 */
export class BulkReadError extends CredstashError {
  protected static override readonly className = 'BulkReadError';

  static {
    mark(this, this.className);
  }

  // Private, so that printing the error does not print the secrets.
  readonly #secrets: ReadonlyMap<string, string>;

  constructor(
    secrets: ReadonlyMap<string, string>,
    /** Why each of the others was not read, by name. */
    readonly failures: ReadonlyMap<string, CredstashError>,
  ) {
    super('ERR_BULK_READ', summary('read', secrets, failures));
    this.#secrets = secrets;
  }

  /** The values that were read, by name. */
  get secrets(): ReadonlyMap<string, string> {
    return this.#secrets;
  }
}

/** A bulk write in which some secrets failed. It carries what was written. */
export class BulkWriteError extends CredstashError {
  protected static override readonly className = 'BulkWriteError';

  static {
    mark(this, this.className);
  }

  constructor(
    /** What was written, by name. */
    readonly stored: ReadonlyMap<
      string,
      { readonly version: string; readonly isUnchanged: boolean }
    >,
    /** Why each of the others was not, by name. */
    readonly failures: ReadonlyMap<string, CredstashError>,
  ) {
    super('ERR_BULK_WRITE', summary('stored', stored, failures));
  }
}

function summary(
  done: string,
  successes: ReadonlyMap<string, unknown>,
  failures: ReadonlyMap<string, CredstashError>,
): string {
  const reasons = [...failures].map(([name, error]) => `${name}: ${error.message}`);
  return `${successes.size} ${done}, ${failures.size} failed: ${reasons.join('; ')}`;
}

/** Mark the instances of a class, so that other copies of this package know them. */
function mark({ prototype }: { readonly prototype: object }, className: string): void {
  Object.defineProperty(prototype, markOf(className), { value: true });
}

function markOf(className: string): symbol {
  return Symbol.for(`credstash-runtime/${className}`);
}
