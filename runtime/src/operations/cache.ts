import { AwsError, CredstashError } from '../errors.js';
import { takeNumber, takeOptions, type Takers } from './options.js';
import { formatReference, type Reference } from './reference.js';
import { httpStatus, messageOf } from './service-error.js';
import { aborted, SharedWork } from './shared-work.js';

export interface CacheOptions {
  /**
   * Milliseconds for which a secret that was read is given again without a call to AWS.
   *
   * @default 300_000
   */
  readonly maxAge?: number | undefined;
  /**
   * Milliseconds after `maxAge` for which the old value is still given, with a warning, if AWS throttles
   * the call, fails, or can't be reached.
   *
   * @default 0
   */
  readonly staleIfError?: number | undefined;
  /**
   * The most secrets kept. When there are more, those go first that nobody asked for of late.
   *
   * @default 1_000
   */
  readonly maxEntries?: number | undefined;
}

const CACHE_OPTIONS: Takers<CacheOptions> = {
  maxAge: takeNumber(0),
  staleIfError: takeNumber(0),
  maxEntries: takeNumber(1),
};

export function takeCache(value: unknown, name: string): CacheOptions {
  return takeOptions(value, CACHE_OPTIONS, `The option ${name}`);
}

/** What was read of a secret. */
export interface ReadSecret {
  /** As stored. */
  readonly version: string;
  readonly value: Uint8Array;
}

/** What is asked for: the context, too, so that a hit proves as much as KMS does. */
interface Lookup extends Reference {
  /** Read anew, and join no read that began before. */
  readonly forceFetch: boolean;
  readonly signal: AbortSignal | undefined;
}

interface Entry {
  readonly secret: ReadSecret;
  /** When the read began, on a clock that is never set. */
  readonly readAt: number;
  /** Until then, an old value is given without another try. */
  retryAt: number;
}

/** Milliseconds between tries to replace an old value. */
const RETRY_AFTER = 10_000;

/** Keeps secrets in memory that were read, and makes one read of those for the same at once. */
export class SecretCache {
  readonly #maxAge: number;
  readonly #staleAge: number;
  readonly #maxEntries: number;
  /** By reference, the one that was asked for last at the end. */
  readonly #entries = new Map<string, Entry>();
  /** What is being read, by reference. */
  readonly #reads = new Map<string, SharedWork<ReadSecret>>();

  constructor(
    { maxAge = 300_000, staleIfError = 0, maxEntries = 1000 }: CacheOptions,
    private readonly onWarning: (warning: string) => void,
  ) {
    this.#maxAge = maxAge;
    this.#staleAge = maxAge + staleIfError;
    this.#maxEntries = maxEntries;
  }

  /** A secret that is fresh, or else is read. */
  async get(
    { name, version, context, forceFetch, signal }: Lookup,
    read: (signal: AbortSignal) => Promise<ReadSecret>,
  ): Promise<ReadSecret> {
    if (signal?.aborted) throw aborted(signal);
    const key = formatReference(name, { version, context });
    const fresh = forceFetch ? undefined : this.#fresh(key);
    if (fresh) return copyOf(fresh);
    const current = forceFetch ? undefined : this.#reads.get(key);
    const shared = current?.isAbandoned === false ? current : this.#begin(key, read);
    try {
      return copyOf(await shared.join(signal));
    } catch (error) {
      const stale = !forceFetch && isOutage(error) && this.#stale(name, key, error);
      if (!stale) throw error;
      return copyOf(stale);
    }
  }

  /** Forget a secret, as it is being changed: also what is being read of it. */
  drop(name: string): void {
    const reference = formatReference(name);
    for (const map of [this.#entries, this.#reads]) {
      for (const key of map.keys()) {
        if (key === reference || key.startsWith(`${reference}?`)) map.delete(key);
      }
    }
  }

  #fresh(key: string): ReadSecret | undefined {
    const entry = this.#entries.get(key);
    const now = performance.now();
    if (!entry || (now - entry.readAt >= this.#maxAge && now >= entry.retryAt)) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.secret;
  }

  #begin(key: string, read: (signal: AbortSignal) => Promise<ReadSecret>): SharedWork<ReadSecret> {
    const readAt = performance.now();
    // A read that was dropped, or that a later one replaced, may have seen what is no longer there.
    const isCurrent = () => this.#reads.get(key) === shared;
    const shared = new SharedWork(async (signal) => {
      try {
        const secret = await read(signal);
        if (isCurrent()) this.#keep(key, { secret: compact(secret), readAt, retryAt: readAt });
        return secret;
      } catch (error) {
        // It may be deleted, or forbidden by now: that is no reason to give the old value.
        if (isCurrent() && !signal.aborted && !isOutage(error)) this.#entries.delete(key);
        throw error;
      } finally {
        if (isCurrent()) this.#reads.delete(key);
      }
    });
    this.#reads.set(key, shared);
    return shared;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) break;
      this.#entries.delete(oldest);
    }
  }

  /** The old value, if it may be given in place of an error. */
  #stale(name: string, key: string, error: unknown): ReadSecret | undefined {
    const entry = this.#entries.get(key);
    const now = performance.now();
    if (!entry || now - entry.readAt >= this.#staleAge) return undefined;
    if (now >= entry.retryAt) {
      entry.retryAt = Math.min(now + RETRY_AFTER, entry.readAt + this.#staleAge);
      const seconds = Math.round((now - entry.readAt) / 1000);
      this.onWarning(`${name}: its value of ${seconds} s ago is used. ${messageOf(error)}`);
    }
    return entry.secret;
  }
}

/** In memory of its own: a small Buffer is a part of a large one. */
function compact({ version, value }: ReadSecret): ReadSecret {
  return { version, value: new Uint8Array(value) };
}

/** A caller may overwrite what it gets. */
function copyOf({ version, value }: ReadSecret): ReadSecret {
  return { version, value: Buffer.from(value) };
}

/** Whether AWS could not answer: not an answer about the secret, nor about who may read it. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof CredstashError)) return false;
  if (['ERR_THROTTLED', 'ERR_UNREACHABLE'].includes(error.code)) return true;
  // What gives credentials did not answer, such as the metadata service of EC2.
  if (error.code === 'ERR_CREDENTIALS')
    return (error.cause as Error | undefined)?.name === 'TimeoutError';
  return error instanceof AwsError && error.code === 'ERR_AWS' && httpStatus(error) >= 500;
}
