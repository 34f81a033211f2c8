import { compareBytes } from '../format/text.js';
import type { SecretEntry } from '../stores/secret-store.js';
import { checkName, exactNames } from './checks.js';
import { takeNames, takeOptions, type Takers } from './options.js';
import { nameMatcher } from './pattern.js';
import { OPERATION_OPTIONS, type OperationOptions, type Services } from './services.js';

export interface ListOptions extends OperationOptions {
  /**
   * Which secrets to list: names, and patterns in which `*` stands for any string.
   *
   * @default - all of them
   */
  readonly names?: readonly string[] | undefined;
}

const LIST_OPTIONS: Takers<ListOptions> = { ...OPERATION_OPTIONS, names: takeNames };

/** Every version of the secrets, by name and then by version, without the values. */
export async function list(
  { store }: Pick<Services, 'store'>,
  options: ListOptions,
): Promise<SecretEntry[]> {
  const { names = ['*'], signal } = takeOptions(options, LIST_OPTIONS);
  exactNames(names, store.limits);
  const matches = nameMatcher(names);
  const entries: SecretEntry[] = [];
  for await (const entry of store.entries(signal)) if (matches(entry.name)) entries.push(entry);
  return entries.sort((a, b) => compareBytes(a.name, b.name) || compareBytes(a.version, b.version));
}

/** The versions of a secret, the latest first; none if there is no such secret. */
export async function versions(
  { store }: Pick<Services, 'store'>,
  name: string,
  options: OperationOptions,
): Promise<string[]> {
  const { signal } = takeOptions(options, OPERATION_OPTIONS);
  checkName(name, store.limits);
  return store.versions(name, undefined, signal);
}

/** The versions of a secret with their comments, the latest first. */
export async function history(
  { store }: Pick<Services, 'store'>,
  name: string,
  options: OperationOptions,
): Promise<SecretEntry[]> {
  const { signal } = takeOptions(options, OPERATION_OPTIONS);
  checkName(name, store.limits);
  const entries: SecretEntry[] = [];
  for await (const entry of store.history(name, signal)) entries.push(entry);
  return entries;
}
