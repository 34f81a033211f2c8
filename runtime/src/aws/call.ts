import { setImmediate } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';

import { AwsError, type AwsService, type ErrorCode } from '../errors.js';
import { countCall } from './call-count.js';
import type { AwsClient } from './client.js';
import { withDeadline, type CallLimits } from './deadline.js';
import { FOREIGN_ANSWER } from './foreign-answer.js';
import { PROXY_ERROR } from './proxy.js';
import { remedy } from './refusal.js';
import { isClockError } from './retry.js';

const SERVICES = {
  dynamodb: 'DynamoDB',
  iam: 'IAM',
  kms: 'KMS',
  sts: 'STS',
  tag: 'Resource Groups Tagging API',
} as const;

/** An action, as IAM names it, for example `kms:CreateKey`. */
export type Action = `${keyof typeof SERVICES}:${string}`;

/** What any service answers, by the names of the SDK's errors. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'ERR_ACCESS_DENIED',
  AccessDeniedException: 'ERR_ACCESS_DENIED',
  LimitExceededException: 'ERR_QUOTA',
  RequestLimitExceeded: 'ERR_THROTTLED',
  Throttling: 'ERR_THROTTLED',
  ThrottlingException: 'ERR_THROTTLED',
  TooManyRequestsException: 'ERR_THROTTLED',
  [FOREIGN_ANSWER]: 'ERR_UNREACHABLE',
  [PROXY_ERROR]: 'ERR_UNREACHABLE',
  CredentialsProviderError: 'ERR_CREDENTIALS',
  ExpiredToken: 'ERR_CREDENTIALS',
  ExpiredTokenException: 'ERR_CREDENTIALS',
  IncompleteSignature: 'ERR_CREDENTIALS',
  InvalidClientTokenId: 'ERR_CREDENTIALS',
  InvalidSignatureException: 'ERR_CREDENTIALS',
  RequestExpired: 'ERR_CREDENTIALS',
  RequestInTheFuture: 'ERR_CREDENTIALS',
  RequestTimeTooSkewed: 'ERR_CREDENTIALS',
  SignatureDoesNotMatch: 'ERR_CREDENTIALS',
  UnrecognizedClientException: 'ERR_CREDENTIALS',
};

/** What one service answers, or one action of it. */
const OWN_CODES: Readonly<Record<string, Readonly<Record<string, ErrorCode>>>> = {
  DynamoDB: {
    ProvisionedThroughputExceededException: 'ERR_THROTTLED',
    ResourceNotFoundException: 'ERR_TABLE_NOT_FOUND',
    TableNotFoundException: 'ERR_TABLE_NOT_FOUND',
  },
  KMS: {
    DisabledException: 'ERR_KEY_UNAVAILABLE',
    IncorrectKeyException: 'ERR_UNEXPECTED_KEY',
    InvalidKeyUsageException: 'ERR_KEY_UNAVAILABLE',
    KMSInvalidStateException: 'ERR_KEY_UNAVAILABLE',
    NotFoundException: 'ERR_KEY_NOT_FOUND',
  },
  'kms:Decrypt': { InvalidCiphertextException: 'ERR_CONTEXT_MISMATCH' },
};

/**
 * The codes of Node.js for a host that is not found, or does not answer. They are in the message,
 * too: under jest, the SDK keeps nothing else of such an error.
 */
const NETWORK_ERROR =
  /\b(EAI_AGAIN|ECONNABORTED|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EPIPE|ETIMEDOUT|TimeoutError|socket hang up)\b/;

const CREATE = 'Create the compartment there with `cdk deploy` or `credstash setup`, or choose';

const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_CONTEXT_MISMATCH:
    'The encryption context may not be the one that the secret was put with, or its wrapped data key is damaged.',
  ERR_TABLE_NOT_FOUND: `${CREATE} the right table, compartment or region.`,
  ERR_KEY_NOT_FOUND: `${CREATE} the right key, compartment or region.`,
  ERR_INVALID_ARGUMENT: 'The client is of an older AWS SDK: give one of 3.940 or later.',
  ERR_KEY_UNAVAILABLE: 'Enable the key, or cancel its deletion.',
  ERR_UNEXPECTED_KEY:
    'The secret was encrypted under another key than expected. If you trust that key, name it; otherwise do not use the secret.',
  ERR_WRONG_REGION: 'Choose the region where the key and the table are.',
  ERR_REGION_MISSING: 'Set AWS_REGION, or give a region.',
  ERR_THROTTLED: 'Try again later, with fewer calls at a time.',
  ERR_QUOTA: 'Request a higher quota, or delete what you do not need.',
  ERR_UNREACHABLE: 'Check the region: the service may not be there. Or check the network.',
  ERR_CREDENTIALS:
    'Sign in again, or check the profile, the role and the environment, and that the region is enabled.',
};

const FOREIGN_ADVICE =
  'Something else than AWS answered: sign in to the network, or check the proxy and the endpoint.';
const PROXY_ADVICE = 'Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.';
const CLOCK_ADVICE = "Set the clock of this machine: AWS's differs.";

/**
 * Make a call.
 *
 * @param action As policies name it.
 * @param resource What the call is about: a name, or what a policy must allow it on: ARNs, or `*`.
 * @param send Sends the request, and gives up when the signal aborts. It is called again if the
 * credentials have expired.
 * @throws AwsError that names both and, after a refusal, what would allow the call
 */
export async function call<T>(
  client: Pick<AwsClient, 'config'>,
  action: Action,
  resource: string | readonly string[],
  send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  limits: CallLimits = {},
): Promise<T> {
  countCall();
  try {
    return await withDeadline(async (abortSignal) => {
      try {
        return await send({ abortSignal });
      } catch (error) {
        if (!/^ExpiredToken(Exception)?$/.test((error as Error).name)) throw error;
        // The SDK asks for credentials again only at the time that they gave for their end.
        await client.config.credentials?.({ forceRefresh: true });
        return await send({ abortSignal });
      }
    }, limits);
  } catch (cause) {
    // Not `instanceof`: under jest, the errors of Node.js are of another realm.
    const error = isError(cause) ? cause : new Error(String(cause));
    const region = await client.config.region().catch(() => undefined);
    const service = SERVICES[action.slice(0, action.indexOf(':')) as keyof typeof SERVICES];
    const on = [resource].flat().join(' and ');
    const isLate = error.name === 'TimeoutError' || limits.signal?.aborted === true;
    const isAnonymous = isLate && (await isFindingCredentials(client));
    const code = limits.signal?.aborted
      ? 'ERR_ABORTED'
      : isAnonymous
        ? 'ERR_CREDENTIALS'
        : errorCode(error, service, action, on, region);
    const where = isAnonymous ? ', while finding credentials' : '';
    const detail = `${error.name}: ${shortMessage(error)}${where}`;
    const advice =
      code === 'ERR_ACCESS_DENIED'
        ? remedy(error.message, action, resource)
        : adviceOn(code, error);
    throw new AwsError(code, { service, action, resource: on, region, detail, advice }, { cause });
  }
}

/** Whether the client still waits for credentials: from a process or a browser, say. */
function isFindingCredentials({ config }: Pick<AwsClient, 'config'>): Promise<boolean> {
  const isNot = () => false;
  const found = config.credentials?.().then(isNot, isNot) ?? false;
  return Promise.race([found, setImmediate(true)]);
}

function adviceOn(code: ErrorCode, error: Error): string | undefined {
  if (error.name === FOREIGN_ANSWER) return FOREIGN_ADVICE;
  if (error.name === PROXY_ERROR) return PROXY_ADVICE;
  return isClockError(error) ? CLOCK_ADVICE : ADVICE[code];
}

/** Also a `DOMException`, with which signals abort. */
function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error;
}

/** Whether a failed call was answered with the error of this name. */
export function isAnswer(error: unknown, errorName: string): boolean {
  const { cause } = error as Error;
  return isNativeError(cause) && cause.name === errorName;
}

function errorCode(
  error: Error,
  service: AwsService,
  action: Action,
  resource: string,
  region: string | undefined,
): ErrorCode {
  if (region === undefined) return 'ERR_REGION_MISSING';
  // A client that is older than the commands of this package.
  if (error.message.includes(' is not found when adding ')) return 'ERR_INVALID_ARGUMENT';
  const itsRegion = /^arn:[^:]*:[^:]*:([^:]+):/.exec(resource)?.[1];
  // KMS answers so, with AccessDenied, for a ciphertext from elsewhere.
  const elsewhere = error.message.includes('does not exist in this region');
  if (elsewhere || (itsRegion !== undefined && itsRegion !== region)) return 'ERR_WRONG_REGION';
  if (NETWORK_ERROR.test(`${error.name} ${networkCode(error)} ${error.message}`)) {
    return 'ERR_UNREACHABLE';
  }
  const codes = { ...CODES, ...OWN_CODES[service], ...OWN_CODES[action] };
  return (Object.hasOwn(codes, error.name) ? codes[error.name] : undefined) ?? 'ERR_AWS';
}

function networkCode(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** One line: the SDK lists the causes of some errors below their message. */
function shortMessage(error: Error): string {
  return (error.message || networkCode(error) || '').replace(/\n[^]*|\.$/g, '');
}
