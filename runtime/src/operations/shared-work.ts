import { unlessAborted } from '../aws/deadline.js';
import { CredstashError } from '../errors.js';

/** Work that several callers wait for. It ends when the last of them stops waiting. */
export class SharedWork<T> {
  readonly #controller = new AbortController();
  readonly #outcome: Promise<T>;
  #waiting = 0;

  /** Begin. The first caller must join at once. */
  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#outcome = work(this.#controller.signal);
  }

  /** Whether everybody stopped waiting. */
  get isAbandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /**
   * Wait for the outcome.
   *
   * @param signal The caller's own.
   * @throws ERR_ABORTED when it aborts
   */
  async join(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting++;
    try {
      return await (signal ? unlessAborted(this.#outcome, signal) : this.#outcome);
    } catch (error) {
      throw signal?.aborted ? aborted(signal) : error;
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#controller.abort(signal?.reason);
    }
  }
}

export function aborted(signal: AbortSignal): CredstashError {
  return new CredstashError('ERR_ABORTED', 'The signal aborted.', { cause: signal.reason });
}
