import { CredstashError, KmsError, type ErrorCode } from '../errors.js';

/** A call to AWS, for the words of its error. */
export interface AwsCall {
  readonly service: 'DynamoDB' | 'IAM' | 'KMS' | 'STS';
  /** The table or key, by name or ARN. */
  readonly resource: string;
  /** The message for AWS's own words. */
  readonly describe: (detail: string) => string;
  /** The region asked. */
  readonly region: () => Promise<string>;
  /** What to do, where it is not what the data plane advises. */
  readonly advice?: Advice;
}

type Advice = Partial<Record<ErrorCode, string>>;

/** The codes of AWS's own errors, as the SDK names them. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'ERR_ACCESS_DENIED',
  AccessDeniedException: 'ERR_ACCESS_DENIED',
  ResourceNotFoundException: 'ERR_TABLE_NOT_FOUND',
  NotFoundException: 'ERR_KEY_NOT_FOUND',
  DisabledException: 'ERR_KEY_UNAVAILABLE',
  KMSInvalidStateException: 'ERR_KEY_UNAVAILABLE',
  InvalidKeyUsageException: 'ERR_KEY_UNAVAILABLE',
  InvalidCiphertextException: 'ERR_CONTEXT_MISMATCH',
  IncorrectKeyException: 'ERR_UNEXPECTED_KEY',
  Throttling: 'ERR_THROTTLED',
  ThrottlingException: 'ERR_THROTTLED',
  TooManyRequestsException: 'ERR_THROTTLED',
  LimitExceededException: 'ERR_QUOTA',
  ProvisionedThroughputExceededException: 'ERR_THROTTLED',
  RequestLimitExceeded: 'ERR_THROTTLED',
  CredentialsProviderError: 'ERR_CREDENTIALS',
  UnrecognizedClientException: 'ERR_CREDENTIALS',
  InvalidClientTokenId: 'ERR_CREDENTIALS',
  InvalidSignatureException: 'ERR_CREDENTIALS',
  IncompleteSignature: 'ERR_CREDENTIALS',
  ExpiredToken: 'ERR_CREDENTIALS',
  ExpiredTokenException: 'ERR_CREDENTIALS',
};

/** The codes of Node.js for a host that is not found, or does not answer. */
const NETWORK_ERRORS: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
]);

const ADVICE: Advice = {
  ERR_ACCESS_DENIED:
    'Ask for a grant in this compartment: grantRead, grantWrite, or its read or write policy.',
  ERR_TABLE_NOT_FOUND:
    'Create the compartment there with `cdk deploy` or `credstash setup`, or choose the right table, compartment or region.',
  ERR_KEY_NOT_FOUND:
    'Create the compartment there with `cdk deploy` or `credstash setup`, or choose the right key, compartment or region.',
  ERR_KEY_UNAVAILABLE: 'Enable the key, or cancel its deletion.',
  ERR_UNEXPECTED_KEY:
    'It is sealed under another key than the one expected: do not trust it, unless you know that key; then name it.',
  ERR_WRONG_REGION: 'Choose the region where the key and the table are.',
  ERR_REGION_MISSING: 'Set AWS_REGION, or give a region.',
  ERR_THROTTLED: 'Try again later, with fewer calls at a time.',
  ERR_QUOTA: 'Have the quota raised, or remove what is not needed.',
  ERR_UNREACHABLE: 'Check the region: the service may not be there. Or check the network.',
  ERR_CREDENTIALS:
    'Sign in again, or check the profile, the role and the environment, and that the region is enabled.',
};

/** The error of this library for an error of the AWS SDK. */
export async function awsError(cause: unknown, call: AwsCall): Promise<CredstashError> {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const region = await call.region().catch(() => undefined);
  const code = errorCode(error, call.resource, region);
  const where = code.endsWith('_NOT_FOUND') ? ` (${call.resource} in ${region})` : '';
  const advice = call.advice?.[code] ?? ADVICE[code];
  // One line: the SDK lists the causes of some errors below their message.
  const detail = (error.message || networkCode(error) || '').replace(/\n[^]*|\.$/g, '');
  const message = sentence(call.describe(`${error.name}: ${detail}${where}`));
  return new (call.service === 'KMS' ? KmsError : CredstashError)(
    code,
    advice === undefined ? message : `${message} ${advice}`,
    { cause },
  );
}

function errorCode(error: Error, resource: string, region: string | undefined): ErrorCode {
  if (region === undefined) return 'ERR_REGION_MISSING';
  const itsRegion = /^arn:[^:]*:[^:]*:([^:]+):/.exec(resource)?.[1];
  // KMS answers so, with AccessDenied, for a ciphertext from elsewhere.
  const elsewhere = error.message.includes('does not exist in this region');
  if (elsewhere || (itsRegion !== undefined && itsRegion !== region)) return 'ERR_WRONG_REGION';
  if (NETWORK_ERRORS.has(String(networkCode(error)))) return 'ERR_UNREACHABLE';
  return (Object.hasOwn(CODES, error.name) ? CODES[error.name] : undefined) ?? 'ERR_AWS';
}

function networkCode(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
