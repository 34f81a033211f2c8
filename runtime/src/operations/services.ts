import type { SecretStore } from '../stores/secret-store.js';
import type { SecretCache } from './cache.js';
import type { Envelope } from './envelope.js';
import { takeSignal, type Takers } from './options.js';

/** What the operations on secrets work with. */
export interface Services {
  readonly store: SecretStore;
  readonly envelope: Envelope;
  readonly cache: SecretCache | undefined;
  /** Called with a warning about something that works, but needs repair. */
  readonly onWarning: (warning: string) => void;
}

/** Options of every operation. */
export interface OperationOptions {
  /**
   * Ends the work when it aborts: the method rejects with ERR_ABORTED.
   *
   * @default - no signal; each call to AWS ends after 30 seconds
   */
  readonly signal?: AbortSignal | undefined;
}

export const OPERATION_OPTIONS: Takers<OperationOptions> = { signal: takeSignal };
