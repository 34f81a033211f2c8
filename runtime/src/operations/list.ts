import { compareBytes } from '../format/text.js';
import type { SecretEntry } from '../stores/secret-store.js';
import { checkName } from './checks.js';
import type { OperationOptions, Services } from './services.js';

/** Every version of every secret, by name and then by version, without the values. */
export async function list(
  { store }: Pick<Services, 'store'>,
  { signal }: OperationOptions,
): Promise<SecretEntry[]> {
  const entries: SecretEntry[] = [];
  for await (const entry of store.entries(signal)) entries.push(entry);
  return entries.sort((a, b) => compareBytes(a.name, b.name) || compareBytes(a.version, b.version));
}

/** The versions of a secret, the latest first; none if there is no such secret. */
export async function versions(
  { store }: Pick<Services, 'store'>,
  name: string,
  { signal }: OperationOptions,
): Promise<string[]> {
  checkName(name, store.limits);
  return store.versions(name, undefined, signal);
}
