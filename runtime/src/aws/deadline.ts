import { setMaxListeners } from 'node:events';

import { CredstashError } from '../errors.js';

/** When a call gives up. */
export interface CallLimits {
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for a call with all its retries, and for finding credentials. */
  readonly timeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 30_000;

/** The longest that timers of JavaScript wait: a longer time would end at once. */
export const MAX_TIMEOUT = 2 ** 31 - 1;

/** @throws ERR_INVALID_ARGUMENT if it is not a time, in milliseconds */
export function checkTimeout(timeout: unknown): asserts timeout is number {
  if (typeof timeout === 'number' && timeout >= 1 && timeout <= MAX_TIMEOUT) return;
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `The timeout must be a number of milliseconds, from 1 to ${MAX_TIMEOUT}.`,
  );
}

/**
 * Do work until it is done, the caller's signal aborts or the time is over, whichever is first.
 *
 * @param work Gives up when the signal aborts, if it can. If it can't, nobody waits for it: the SDK
 * heeds no signal while it finds credentials.
 * @throws the reason of the caller's signal, or a `TimeoutError`
 */
export async function withDeadline<T>(
  work: (abortSignal: AbortSignal) => Promise<T>,
  { signal, timeout = DEFAULT_TIMEOUT }: CallLimits,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  if (signal) expectListeners(signal);
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  const timer = setTimeout(() => controller.abort(timeoutError(timeout)), timeout);
  try {
    return await unlessAborted(work(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * The outcome of work, unless a signal aborts first.
 *
 * @throws the reason of the signal
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  expectListeners(signal);
  let abort: () => void = () => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      abort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', abort);
      // The work has begun already.
      if (signal.aborted) abort();
      work.then(resolve, reject);
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Many calls at once listen to one signal, and many attempts to another: Node.js would warn. */
function expectListeners(signal: AbortSignal): void {
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
}

function timeoutError(timeout: number): Error {
  const error = new Error(`no answer within ${timeout / 1000} s`);
  error.name = 'TimeoutError';
  return error;
}
