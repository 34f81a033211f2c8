import { BulkReadError, type ErrorCode } from '../errors.js';
import type { SealedItem } from '../format/item.js';
import { compareBytes, decodeText } from '../format/text.js';
import { versionForms } from '../format/version.js';
import type { SecretStore } from '../stores/secret-store.js';
import { settle, type OnProgress } from './bulk.js';
import { safely } from './callback.js';
import { exactNames, storedVersion } from './checks.js';
import { get, GET_OPTIONS, type GetOptions } from './get.js';
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
  services: Services,
  options: GetAllOptions,
): Promise<Map<string, string>> {
  const { store, envelope, onWarning } = services;
  const {
    names = ['*'],
    onFailure = 'reject',
    onProgress,
    ...each
  } = takeOptions(options, GET_ALL_OPTIONS);
  const { version, context = {}, signal } = each;
  const tell = safely('onProgress', onProgress, onWarning);
  const exact = exactNames(names, store.limits);
  if (version !== undefined) storedVersion(version, store.limits);
  const items = new Map<string, SealedItem | undefined>(exact.map((name) => [name, undefined]));
  if (exact.length < names.length) {
    for (const item of await scanItems(store, names, version, signal)) items.set(item.name, item);
  }
  let settled = 0;
  tell(settled, items.size);
  const { done, failures } = await settle(
    items,
    () => tell(++settled, items.size),
    async (name, scanned) => {
      const value = scanned
        ? await envelope.open(scanned, context, signal)
        : (await get(services, name, each)).value;
      return decodeText(name, value);
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
