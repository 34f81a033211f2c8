import { setTimeout } from 'node:timers/promises';

import { isAnswer } from '../aws/call.js';

export { call, isAnswer } from '../aws/call.js';
export { statement } from '../aws/refusal.js';

/** What a call gives, or nothing, if AWS answers with the error of this name. */
export async function unless<T>(errorName: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAnswer(error, errorName)) return undefined;
    throw error;
  }
}

/** Long enough for nearly all that AWS needs to find what it has made. */
const PATIENCE_MS = 20_000;
const INTERVAL_MS = 500;

/**
 * Make a call on what was only just made: for some seconds, AWS may not find it.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export async function eventually<T>(
  errorName: string,
  attempt: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAnswer(error, errorName) || Date.now() > end) throw error;
    }
    await setTimeout(INTERVAL_MS);
  }
}
