import { setTimeout } from 'node:timers/promises';

import type { KMSClientConfig } from '@aws-sdk/client-kms';

import { FOREIGN_ANSWER } from './foreign-answer.js';

type RetryStrategy = Extract<
  NonNullable<KMSClientConfig['retryStrategy']>,
  { acquireInitialRetryToken: unknown }
>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;
type RetryErrorInfo = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1];

const ATTEMPTS = 8;

/** Milliseconds, doubled with each attempt. Throttled calls wait longer, as AWS advises. */
const BASE_DELAY = 50;
const THROTTLED_BASE_DELAY = 200;
const MAX_DELAY = 5000;

/**
 * Retries each call by itself: up to 8 attempts, with exponential backoff and full jitter.
 *
 * The SDK's own strategies share a budget among all calls of a client. It is empty after an outage,
 * and only successes fill it: a client that lives on fails at the first error for a long time. Here
 * the deadline of each call is the bound. docs/retries.md compares them.
 *
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export class CallRetryStrategy implements RetryStrategy {
  constructor(
    private readonly isRetryable = isTransient,
    private readonly attempts = ATTEMPTS,
  ) {}

  acquireInitialRetryToken(): Promise<RetryToken> {
    return Promise.resolve(tokenOf(0));
  }

  async refreshRetryTokenForRetry(token: RetryToken, info: RetryErrorInfo): Promise<RetryToken> {
    const retries = token.getRetryCount() + 1;
    if (retries >= this.attempts || isQuota(info) || !this.isRetryable(info)) {
      throw new Error('No more retries');
    }
    const base = isThrottled(info) ? THROTTLED_BASE_DELAY : BASE_DELAY;
    await setTimeout(Math.random() * Math.min(MAX_DELAY, base * 2 ** retries));
    return tokenOf(retries);
  }

  recordSuccess(): void {
    // There is no budget to fill.
  }
}

/** Errors that another attempt may not meet, and that the SDK takes for the caller's fault. */
const TRANSIENT: ReadonlySet<string> = new Set([
  FOREIGN_ANSWER,
  'InternalFailure',
  'KeyUnavailableException',
  'ReplicatedWriteConflictException',
  'SyntaxError', // the answer was cut, say
  'TransactionConflictException',
]);

/** The SDK takes a quota for throttling, but waiting does not raise it. */
function isQuota({ error }: RetryErrorInfo): boolean {
  return nameOf(error) === 'LimitExceededException';
}

/** Whether AWS refused even to look at a call: it is done at most once, if it is repeated. */
export function isTurnedAway(info: RetryErrorInfo): boolean {
  return isThrottled(info) || isClockError(info.error);
}

/** Whether AWS refused a call for its time. The SDK signs the next attempt with the time of AWS. */
export function isClockError(error: unknown): boolean {
  return (
    /^Request(Expired|InTheFuture|TimeTooSkewed)$/.test(nameOf(error)) ||
    /^Signature (expired|not yet current)/.test((error as Partial<Error>).message ?? '')
  );
}

function isThrottled({ errorType }: RetryErrorInfo): boolean {
  return errorType === 'THROTTLING';
}

function isTransient({ errorType, error }: RetryErrorInfo): boolean {
  if (TRANSIENT.has(nameOf(error)) || isClockError(error)) return true;
  // The SDK takes every error for transient, once it has corrected the clock.
  const { clockSkewCorrected, httpStatusCode = 500 } = (error as Partial<Answered>).$metadata ?? {};
  if (clockSkewCorrected && errorType === 'TRANSIENT') return httpStatusCode >= 500;
  return errorType !== 'CLIENT_ERROR';
}

interface Answered {
  readonly $metadata: { readonly clockSkewCorrected?: boolean; readonly httpStatusCode?: number };
}

function nameOf(error: unknown): string {
  return (error as Partial<Error> | undefined)?.name ?? '';
}

function tokenOf(retries: number): RetryToken {
  return { getRetryCount: () => retries, getRetryDelay: () => 0 };
}
