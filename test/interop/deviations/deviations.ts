import type { Pair } from '../pair';

/** Tries of both sides, by the case of the table in docs/compatibility.md. */
export type Deviations = Readonly<Record<string, (pair: Pair) => Promise<void>>>;
