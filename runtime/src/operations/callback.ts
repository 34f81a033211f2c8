import { messageOf } from './service-error.js';
import type { Services } from './services.js';

/** A callback that can't stop the work: `onWarning` is told what it throws or rejects with. */
export function safely<Args extends readonly unknown[]>(
  name: string,
  callback: ((...args: Args) => void) | undefined,
  onWarning: Services['onWarning'],
): (...args: Args) => void {
  return (...args) => {
    new Promise<void>((resolve) => resolve(callback?.(...args))).catch((error: unknown) =>
      onWarning(`The callback ${name} failed: ${messageOf(error)}`),
    );
  };
}
