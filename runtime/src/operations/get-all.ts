import { BulkReadError, type ErrorCode } from '../errors.js';
import type { SealedItem } from '../format/item.js';
import { compareBytes, decodeText } from '../format/text.js';
import { versionForms } from '../format/version.js';
import type { SecretStore } from '../stores/secret-store.js';
import { settle, type OnProgress } from './bulk.js';
import { safely } from './callback.js';
import { exactNames, storedVersion } from './checks.js';
import { findItem, GET_OPTIONS, type GetOptions } from './get.js';
import { takeFunction, takeNames, takeOneOf, takeOptions, type Takers } from './options.js';
import { nameMatcher } from './pattern.js';
import type { Services } from './services.js';

export interface GetAllOptions extends GetOptions {
  /**
   * Which secrets to read: names, and patterns in which `*` stands for any string. Names are read
   * one by one, without a scan.
   *
   * @default - all of them
   */
  readonly names?: readonly string[] | undefined;
  /**
   * What to do when some secrets can't be read: `reject`, or `skip` them. Throttling and failures
   * of the network always reject, and so does it when none can be read.
   *
   * @default 'reject'
   */
  readonly onFailure?: 'reject' | 'skip' | undefined;
  /**
   * Called with how many secrets are done, of how many.
   *
   * @default - no callback
   */
  readonly onProgress?: OnProgress | undefined;
}

const GET_ALL_OPTIONS: Takers<GetAllOptions> = {
  ...GET_OPTIONS,
  names: takeNames,
  onFailure: takeOneOf('reject', 'skip'),
  onProgress: takeFunction,
};

/** What a bulk read may leave out: nothing that another try could bring. */
const UNREADABLE: ReadonlySet<ErrorCode> = new Set([
  'ERR_ACCESS_DENIED',
  'ERR_CONTEXT_MISMATCH',
  'ERR_INTEGRITY',
  'ERR_KEY_NOT_FOUND',
  'ERR_KEY_UNAVAILABLE',
  'ERR_NOT_BOUND',
  'ERR_NOT_TEXT',
  'ERR_SECRET_NOT_FOUND',
  'ERR_UNEXPECTED_KEY',
  'ERR_UNSUPPORTED_DIGEST',
  'ERR_WRONG_REGION',
]);

/** The values of many secrets, by name and in the order of names. */
export async function getAll(
  { store, envelope, onWarning }: Services,
  options: GetAllOptions,
): Promise<Map<string, string>> {
  const taken = takeOptions(options, GET_ALL_OPTIONS);
  const { names = ['*'], version, context = {}, onFailure = 'reject', signal } = taken;
  const onProgress = safely('onProgress', taken.onProgress, onWarning);
  const exact = exactNames(names, store.limits);
  if (version !== undefined) storedVersion(version, store.limits);
  const items = new Map<string, SealedItem | undefined>(exact.map((name) => [name, undefined]));
  if (exact.length < names.length) {
    for (const item of await scanItems(store, names, version, signal)) items.set(item.name, item);
  }
  let settled = 0;
  onProgress(settled, items.size);
  const { done, failures } = await settle(
    items,
    () => onProgress(++settled, items.size),
    async (name, scanned) => {
      const item = scanned ?? (await findItem(store, name, version, signal));
      return decodeText(name, await envelope.open(item, context, signal));
    },
  );
  const isTolerable =
    done.size > 0 && [...failures.values()].every(({ code }) => UNREADABLE.has(code));
  if (failures.size > 0 && !(onFailure === 'skip' && isTolerable)) {
    throw new BulkReadError(done, failures);
  }
  return done;
}

/** That version of every secret whose name a pattern matches; of those that have it. */
async function scanItems(
  store: SecretStore,
  patterns: readonly string[],
  version: string | number | undefined,
  signal: AbortSignal | undefined,
): Promise<Iterable<SealedItem>> {
  const forms = version === undefined ? undefined : versionForms(version);
  const matches = nameMatcher(patterns);
  const found = new Map<string, SealedItem>();
  for await (const item of store.scan(signal)) {
    if (!matches(item.name) || forms?.includes(item.version) === false) continue;
    const known = found.get(item.name);
    const isBetter = forms
      ? item.version === forms[0]
      : compareBytes(item.version, known?.version ?? '') > 0;
    if (!known || isBetter) found.set(item.name, item);
  }
  return found.values();
}
