import { setTimeout } from 'node:timers/promises';

import { isAnswer } from '../aws/call.js';

/** How often, and how long, to ask for what is not there yet, in milliseconds. */
export interface Patience {
  readonly intervalMs: number;
  /** For what was created a moment ago: AWS may not find it at once. */
  readonly consistencyMs: number;
  /** For the key that another run is making. */
  readonly otherRunMs: number;
  /** For a table that is being created or changed. */
  readonly tableMs: number;
}

export const PATIENCE: Patience = {
  intervalMs: 500,
  consistencyMs: 20_000,
  otherRunMs: 3000,
  tableMs: 300_000,
};

/** The result of a call, or nothing, if AWS answers with the error of this name. */
export async function unless<T>(errorName: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAnswer(error, errorName)) return undefined;
    throw error;
  }
}

/** Look again and again, until there is something, or the time is up. */
export async function poll<T extends object>(
  look: () => Promise<T | undefined>,
  { intervalMs }: Patience,
  patienceMs: number,
): Promise<T | undefined> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || Date.now() > end) return found;
    await setTimeout(intervalMs);
  }
}

/** Make a call again and again, while AWS answers with the error of this name. */
export async function eventually<T extends object>(
  errorName: string,
  attempt: () => Promise<T>,
  patience: Patience,
  patienceMs = patience.consistencyMs,
): Promise<T> {
  return (await poll(() => unless(errorName, attempt()), patience, patienceMs)) ?? attempt();
}
