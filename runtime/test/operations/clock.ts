import { setTimeout } from 'node:timers/promises';

import type { TestAws } from '../../../testbed/test-aws.js';

/** Milliseconds by which the monotonic clock is ahead. */
let ahead = 0;

/** Call it once in a test file: then time passes only as the tests say, on top of the real. */
export function prepareClock(): void {
  beforeEach(() => {
    const { performance } = globalThis;
    const now = performance.now.bind(performance);
    ahead = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  });
  afterEach(() => jest.restoreAllMocks());
}

/** Let time pass on the monotonic clock. */
export function passed(milliseconds: number): void {
  ahead += milliseconds;
}

/** Wait until a call has arrived, which may be answered late. */
export async function underWay(test_: TestAws, call: string): Promise<void> {
  while (!test_.aws.requests.some((request) => request.call === call)) await setTimeout(5);
}
