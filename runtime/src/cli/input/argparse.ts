import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';

import type { Command, Option } from 'commander';

/**
 * Refuse arguments that are not UTF-8: Node.js gives U+FFFD in place of each bad byte.
 *
 * @throws a usage error
 */
export function refuseBadUtf8(root: Command, args: readonly string[]): void {
  const index = args.findIndex((arg) => arg.includes('\ufffd'));
  if (index !== -1 && !hasUtf8Arguments()) {
    root.error(
      `error: argument ${index + 1} of ${args.length} is not UTF-8. Give a value as @file`,
    );
  }
}

/** Whether the bytes are known, and are UTF-8: then U+FFFD is what was given. */
function hasUtf8Arguments(): boolean {
  try {
    return isUtf8(readFileSync('/proc/self/cmdline'));
  } catch {
    return false; // not Linux
  }
}

/**
 * Arguments as Python's argparse reads them, in the order in which commander can't misread them:
 * options first, each value in an argument of its own, then `--` and the other arguments.
 *
 * @throws a usage error
 */
export function readAsArgparse(root: Command, args: readonly string[]): string[] {
  const before = separate(root, args, true);
  const [name, ...rest] = before.others;
  const command = root.commands.find((each) => each.name() === name);
  if (name === undefined || command === undefined) return [...args];
  const { options, others } = separate(command, rest, false);
  return [...before.options, name, ...options, '--', ...others];
}

/** Separate the options, with their values, from the other arguments. */
function separate(command: Command, args: readonly string[], stopsAtFirst: boolean) {
  const options: string[] = [];
  const others: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--' || (stopsAtFirst && isPositional(command, arg))) {
      others.push(...(arg === '--' ? [] : [arg]), ...rest);
      break;
    }
    if (isPositional(command, arg)) others.push(arg);
    else options.push(...readOption(command, arg, rest));
  }
  return { options, others };
}

/** An option with its value, which may be in the arguments after it: those are removed. */
function readOption(command: Command, arg: string, rest: string[]): string[] {
  const found = findOption(command, arg);
  if (found === undefined) return [arg]; // commander reports it
  const { option, flag, attached } = found;
  if (option.required) {
    const values = attached === undefined ? takeValues(command, option, rest) : [attached];
    if (values.length === 0) command.error(`error: option '${option.flags}' argument missing`);
    return [flag, ...values];
  }
  if (attached === undefined) return [flag];
  // -av3 is -a -v3.
  const group = `-${attached}`;
  if (attached.startsWith('-') || !findOption(command, group)) {
    command.error(`error: unknown option '${arg}'`);
  }
  return [flag, ...readOption(command, group, rest)];
}

function takeValues(command: Command, { variadic }: Option, rest: string[]): string[] {
  const end = rest.findIndex((each) => each === '--' || !isPositional(command, each));
  const count = end === -1 ? rest.length : end;
  return rest.splice(0, variadic ? count : Math.min(count, 1));
}

/** The rules of argparse's `_parse_optional`, in its order. `-1e5` is a number to commander only. */
function isPositional(command: Command, arg: string): boolean {
  if (!arg.startsWith('-') || arg.length === 1) return true;
  if (findOption(command, arg) || isAbbreviation(command, arg)) return false;
  return /^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/.test(arg) || arg.includes(' ');
}

/** The option that an argument is or begins with, and the value attached to it. */
function findOption({ options }: Command, arg: string) {
  const find = (flag: string) => options.find(({ short, long }) => [short, long].includes(flag));
  const [start = '', ...parts] = arg.split('=');
  const exact = find(arg);
  if (exact) return { option: exact, flag: arg, attached: undefined };
  const named = parts.length > 0 ? find(start) : undefined;
  if (named?.required) return { option: named, flag: start, attached: parts.join('=') };
  const flag = arg.slice(0, 2);
  const short = flag === '--' ? undefined : find(flag);
  return short && { option: short, flag, attached: arg.slice(2) };
}

/** argparse takes an abbreviated option too. Not supported here, it must not become a value. */
function isAbbreviation({ options }: Command, arg: string): boolean {
  const [start = ''] = arg.split('=');
  return start.startsWith('--') && options.some(({ long }) => long?.startsWith(start));
}
