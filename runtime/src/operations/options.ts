import { CredstashError } from '../errors.js';
import { copyContext } from '../format/encryption-context.js';
import { checkText } from '../format/text.js';
import { padVersion } from '../format/version.js';
import { nearest } from './nearest.js';

/** Checks the value of an option, and gives it: a copy, if the caller could change it later. */
type Take<T> = (value: unknown, name: string) => T;

/** How each option is taken. Others don't exist. */
export type Takers<T> = { readonly [K in keyof T]-?: Take<NonNullable<T[K]>> };

/**
 * Take options at the call: what the caller does to them later has no effect.
 *
 * @throws ERR_INVALID_ARGUMENT if they are no options, or have one that is unknown or malformed
 */
export function takeOptions<T extends object>(
  given: unknown,
  takers: Takers<T>,
  what = 'The options',
): T {
  return read(() => {
    if (Object.prototype.toString.call(given) !== '[object Object]') {
      throw invalid(`${what} must be an object.`);
    }
    const options = given as Readonly<Record<string, unknown>>;
    const unknown = Object.keys(options).find((name) => !Object.hasOwn(takers, name));
    if (unknown !== undefined) {
      const known = Object.keys(takers);
      // What is no name may be a value in the wrong place.
      const isName = /^\w{1,40}$/.test(unknown);
      const near = isName ? nearest(unknown, known) : undefined;
      const hint = near ? `Did you mean "${near}"?` : `The options are ${known.join(', ')}.`;
      throw invalid(`There is no option ${isName ? `"${unknown}"` : 'of that name'}. ${hint}`);
    }
    const taken = Object.entries<Take<unknown>>(takers).map(([name, take]) => {
      const value = options[name];
      return [name, value === undefined ? undefined : take(value, name)];
    });
    return Object.fromEntries(taken) as T;
  });
}

/**
 * Read an argument. A getter or an iterator of the caller's, or a proxy, may throw anything.
 *
 * @throws ERR_INVALID_ARGUMENT
 */
export function read<T>(reading: () => T): T {
  try {
    return reading();
  } catch (cause) {
    if (cause instanceof CredstashError) throw cause;
    throw new CredstashError('ERR_INVALID_ARGUMENT', "An argument can't be read.", { cause });
  }
}

export function invalid(message: string): CredstashError {
  return new CredstashError('ERR_INVALID_ARGUMENT', message);
}

export function takeText(value: unknown, name: string): string {
  checkText(`The option ${name}`, value);
  return value;
}

export function takeBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalid(`The option ${name} must be true or false.`);
  return value;
}

export function takeNumber(least: number, most = Infinity): Take<number> {
  return (value, name) => {
    if (typeof value === 'number' && value >= least && value <= most) return value;
    const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
    throw invalid(`The option ${name} must be a number ${range}.`);
  };
}

export function takeFunction(value: unknown, name: string): (...args: unknown[]) => void {
  if (typeof value !== 'function') throw invalid(`The option ${name} must be a function.`);
  return value as (...args: unknown[]) => void;
}

export function takeOneOf<T extends string>(...choices: readonly T[]): Take<T> {
  return (value, name) => {
    const choice = choices.find((each) => each === value);
    if (choice === undefined) {
      throw invalid(`The option ${name} must be one of ${choices.join(', ')}.`);
    }
    return choice;
  };
}

export const takeContext = copyContext;

export function takeVersion(value: unknown): string | number {
  padVersion(value as string);
  return value as string | number;
}

export function takeNames(value: unknown): string[] {
  const names = Array.isArray(value) ? Array.from<unknown>(value) : [undefined];
  if (names.every((name) => typeof name === 'string')) return names;
  throw invalid('The names must be an array of strings.');
}

/** Of any realm: tests may run in another than this package. */
export function takeSignal(value: unknown): AbortSignal {
  if (Object.prototype.toString.call(value) !== '[object AbortSignal]') {
    throw invalid('The option signal must be an AbortSignal.');
  }
  return value as AbortSignal;
}
