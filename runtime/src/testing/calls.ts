import { call, type Action } from '../aws/call.js';
import { invalid } from '../operations/options.js';

/** A code with which calls to AWS fail. */
export type CallErrorCode =
  | 'ERR_ACCESS_DENIED'
  | 'ERR_AWS'
  | 'ERR_CONTEXT_MISMATCH'
  | 'ERR_CREDENTIALS'
  | 'ERR_KEY_NOT_FOUND'
  | 'ERR_KEY_UNAVAILABLE'
  | 'ERR_TABLE_NOT_FOUND'
  | 'ERR_THROTTLED'
  | 'ERR_UNEXPECTED_KEY'
  | 'ERR_UNREACHABLE';

/** The SDK's error for each code: of all calls to a service, or of one action. */
const ERRORS: Readonly<Record<CallErrorCode, Partial<Record<string, string>>>> = {
  ERR_ACCESS_DENIED: { dynamodb: 'AccessDeniedException', kms: 'AccessDeniedException' },
  ERR_AWS: { dynamodb: 'InternalServerError', kms: 'KMSInternalException' },
  ERR_CONTEXT_MISMATCH: { 'kms:Decrypt': 'InvalidCiphertextException' },
  ERR_CREDENTIALS: { dynamodb: 'UnrecognizedClientException', kms: 'UnrecognizedClientException' },
  ERR_KEY_NOT_FOUND: { kms: 'NotFoundException' },
  ERR_KEY_UNAVAILABLE: { kms: 'DisabledException' },
  ERR_TABLE_NOT_FOUND: { dynamodb: 'ResourceNotFoundException' },
  ERR_THROTTLED: { dynamodb: 'ThrottlingException', kms: 'ThrottlingException' },
  ERR_UNEXPECTED_KEY: { 'kms:Decrypt': 'IncorrectKeyException' },
  ERR_UNREACHABLE: { dynamodb: 'TimeoutError', kms: 'TimeoutError' },
};

/** What calls are about, and what their errors name. */
const RESOURCES = { dynamodb: 'credential-store', kms: 'alias/credstash' } as const;

const CLIENT = { config: { serviceId: '', region: () => Promise.resolve('us-east-1') } };

type Service = keyof typeof RESOURCES;

/** Calls to AWS that never leave the process, and succeed unless the test says otherwise. */
export class Calls {
  /** How calls fail: those about a secret by its name, and all under `undefined`. */
  readonly #failures = new Map<string | undefined, CallErrorCode>();

  /** @throws ERR_INVALID_ARGUMENT if no call fails with this code */
  fail(code: CallErrorCode, name: string | undefined): void {
    if (!Object.hasOwn(ERRORS, code)) {
      throw invalid(`A call can fail with ${Object.keys(ERRORS).join(', ')}.`);
    }
    this.#failures.set(name, code);
  }

  recover(): void {
    this.#failures.clear();
  }

  /**
   * Make a call.
   *
   * @param name The secret that it is about, if it is about one.
   * @param answer Does what AWS would do, and throws as the SDK does.
   * @throws AwsError, as of a call to AWS
   */
  make<T>(
    action: Action & `${Service}:${string}`,
    name: string | undefined,
    signal: AbortSignal | undefined,
    answer: () => T,
  ): Promise<T> {
    const service = action.startsWith('kms:') ? 'kms' : 'dynamodb';
    const errorName = [name, undefined]
      .map((key) => this.#failures.get(key))
      .map((code) => code && (ERRORS[code][action] ?? ERRORS[code][service]))
      .find((each) => each !== undefined);
    const send = () =>
      new Promise<T>((resolve) => {
        if (errorName !== undefined) throw sdkError(errorName, 'the test made it fail');
        resolve(answer());
      });
    // As real calls are made, so that their errors are the same.
    return call(CLIENT, action, RESOURCES[service], send, { signal });
  }
}

/** An error as the SDK throws it. */
export function sdkError(name: string, message: string): Error {
  const error = Object.assign(new Error(message), { name });
  if (name === 'TimeoutError') return error; // no answer
  const httpStatusCode = /internal/i.test(name) ? 500 : 400;
  return Object.assign(error, { $metadata: { httpStatusCode } });
}
