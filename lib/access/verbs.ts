import { CompartmentParts } from './compartments';
import { unknownValue } from './pattern';
import { Principal } from './principal';
import * as request from './request';
import { allPairs, Scope, simplest } from './scope';
import { allowed, Target } from './verdict';

/** What a principal can do with secrets, and what it can do to who has access. */
export const VERBS = [
  'read',
  'readUnbound',
  'write',
  'list',
  'delete',
  'rewrap',
  'control',
] as const;
export type Verb = (typeof VERBS)[number];

/**
 * What the table and the key allow for a verb: alternatives, each of which suffices. Both halves are
 * needed, if the verb involves both.
 */
export interface Halves {
  readonly table?: readonly Scope[];
  readonly key?: readonly Scope[];
}

export type Verbs = Readonly<Partial<Record<Verb, Halves>>>;

/** The key, as requests to it see it. */
export function keyTarget({ key, aliases }: CompartmentParts): Target {
  // Another app may give it more.
  const all = key.policy ? aliases : [...aliases, unknownValue('another alias')];
  return { ...key, identitiesSuffice: false, values: { 'kms:resourcealiases': all } };
}

/** What a principal can do in a compartment. */
export function verbsOf(
  principal: Principal,
  parts: CompartmentParts,
  { bindsNames, opensUnbound }: { readonly bindsNames: boolean; readonly opensUnbound: boolean },
): Verbs {
  const table: Target = { ...parts.table, identitiesSuffice: true, values: {} };
  const any = (target: Target, kinds: readonly request.Request[]) =>
    simplest(kinds.flatMap((kind) => allowed(principal, target, kind)));
  const onTable = (kinds: readonly request.Request[]) => any(table, kinds);
  const onKey = (bindings: Bindings, actions: readonly string[], onSameKey?: boolean) =>
    any(
      keyTarget(parts),
      bindings.flatMap((its) => actions.map((each) => request.onKey(each, its, onSameKey))),
    );

  const sealed = sealedAs(parts, bindsNames);
  const [fetchKey, fetchContents] = request.FETCH_PARTS;
  const fetch = simplest([
    ...onTable(request.FETCH),
    ...allPairs(onTable(fetchKey), onTable(fetchContents)),
  ]);
  const open = (bindings: Bindings) =>
    simplest([
      ...onKey(bindings, ['Decrypt']),
      // It can be moved to another key, and opened with that.
      ...onKey(bindings, ['ReEncryptFrom'], false),
    ]);
  const reading = (key: readonly Scope[]): Halves => ({
    table: key.length === 0 ? fetch : simplest([...fetch, ...onTable(request.FETCH_BY_CHANGE)]),
    key,
  });
  const read = reading(open(sealed));
  const put = onTable(request.PUT);
  // Ways to come by a data key in clear, and the same sealed.
  const sealOtherwise = () => [
    // From another key, with which it was made.
    ...onKey(sealed, ['ReEncryptTo'], false),
    // That of an item, to overwrite its value.
    ...((read.table ?? []).length > 0 ? open(sealed) : []),
    ...allPairs(onKey(sealed, ['GenerateDataKeyWithoutPlaintext']), open(sealed)),
  ];
  const seal = simplest([
    ...onKey(sealed, ['GenerateDataKey', 'Encrypt']),
    ...(put.length === 0 ? [] : sealOtherwise()),
  ]);
  const verbs: Record<Verb, Halves> = {
    read,
    readUnbound: bindsNames && opensUnbound ? reading(open([request.UNBOUND])) : {},
    write: { table: put, key: seal },
    list: { table: onTable(request.LIST) },
    delete: { table: onTable(request.REMOVE) },
    rewrap: {
      table: allPairs(fetch, onTable(request.REPLACE_KEY)),
      key: allPairs(onKey(sealed, ['ReEncryptFrom'], true), onKey(sealed, ['ReEncryptTo'], true)),
    },
    // Either suffices.
    control: {
      ...existing('table', onTable(request.CONTROL_TABLE)),
      ...existing('key', any(keyTarget(parts), request.CONTROL_KEY)),
    },
  };
  const has = ({ table: ofTable = [], key = [] }: Halves) => ofTable.length + key.length > 0;
  return Object.fromEntries(Object.entries(verbs).filter(([, halves]) => has(halves)));
}

type Bindings = readonly request.Binding[];

/** What the data keys of items are bound to: either, where the key refuses to only some what isn't bound. */
function sealedAs({ bindsNames: isSaid }: CompartmentParts, bindsNames: boolean): Bindings {
  if (bindsNames) return [request.BOUND];
  return isSaid ? [request.BOUND, request.UNBOUND] : [request.UNBOUND];
}

function existing(half: keyof Halves, scopes: readonly Scope[]): Halves {
  return scopes.length === 0 ? {} : { [half]: scopes };
}
