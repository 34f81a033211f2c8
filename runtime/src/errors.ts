/** What went wrong, in a form for programs. Codes are stable; messages are not. */
export type ErrorCode =
  /** An argument is not of the form asked for: a name, version, context, value or compartment. */
  | 'ERR_INVALID_ARGUMENT'
  /** The store holds no such name, or no such version of it. */
  | 'ERR_SECRET_NOT_FOUND'
  /** The version to be written is there already; nothing was written. */
  | 'ERR_VERSION_EXISTS'
  /** There is no next version: the latest is a text, or the highest number there is. */
  | 'ERR_NO_NEXT_VERSION'
  /** Other writers took each next version tried; nothing was written. */
  | 'ERR_VERSION_CONTENDED'
  /** The sealed value would not fit in one item of the store; nothing was written. */
  | 'ERR_VALUE_TOO_LARGE'
  /** The value is not UTF-8 text: read it with `getBytes`. */
  | 'ERR_NOT_TEXT'
  /** The stored item was altered or damaged. */
  | 'ERR_INTEGRITY'
  /** The item names an HMAC digest that is not supported. */
  | 'ERR_UNSUPPORTED_DIGEST'
  /** KMS refused the wrapped data key: another encryption context, or a damaged `key`. */
  | 'ERR_CONTEXT_MISMATCH'
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
  /** The managed policy that exists is for another table. */
  | 'ERR_POLICY_TAKEN'
  /** There is no such role in the account. */
  | 'ERR_ROLE_NOT_FOUND'
  /** The key or table belongs to another region than the one asked. */
  | 'ERR_WRONG_REGION'
  /** No AWS region is set. */
  | 'ERR_REGION_MISSING'
  /** The caller lacks a permission. */
  | 'ERR_ACCESS_DENIED'
  /** AWS kept throttling after every retry. */
  | 'ERR_THROTTLED'
  /** The account has as many of something as its quota allows. */
  | 'ERR_QUOTA'
  /** The service can't be reached: there may be none in the region, or no network. */
  | 'ERR_UNREACHABLE'
  /** There are no AWS credentials, or AWS does not accept them. */
  | 'ERR_CREDENTIALS'
  /** Any other failure of an AWS call. */
  | 'ERR_AWS'
  /** Some secrets of a bulk read failed: see {@link BulkReadError}. */
  | 'ERR_BULK_READ'
  /** Some secrets of a bulk write failed: see {@link BulkWriteError}. */
  | 'ERR_BULK_WRITE';

/** The one error that the library throws. */
export class CredstashError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A call to KMS failed. */
export class KmsError extends CredstashError {}

/** A bulk read in which some secrets failed. It carries what was read. */
export class BulkReadError extends CredstashError {
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
