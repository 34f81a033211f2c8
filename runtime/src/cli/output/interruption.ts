import { constants } from 'node:os';

import { Interruption } from './exit.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Do work, and on Ctrl-C or SIGTERM tell how far it came.
 *
 * @throws Interruption after such a signal, once `report` has told
 */
export async function interruptible<T>(work: () => Promise<T>, report: () => void): Promise<T> {
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const interruption = new Promise<never>((_, reject) => {
    interrupt = (signal) => {
      report();
      reject(new Interruption(128 + constants.signals[signal]));
    };
  });
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    return await Promise.race([work(), interruption]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
