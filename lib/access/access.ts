import { CompartmentParts, compartmentsOf } from './compartments';
import { identitiesOf } from './identities';
import { Principal, strangersOf } from './principal';
import { unknownValue } from './pattern';
import * as request from './request';
import { Resolver } from './resolver';
import { allPairs, Scope, simplest } from './scope';
import { ANYTHING } from './statement';
import { fields, list, Located, resourcesOf, SynthesizedStack } from './template';
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

/** What a principal can do in a compartment. */
export interface PrincipalAccess {
  readonly principal: Principal;
  readonly verbs: Readonly<Partial<Record<Verb, Halves>>>;
}

/** Who can do what in a compartment. */
export interface CompartmentReport {
  readonly parts: CompartmentParts;
  /** Whether the key refuses data keys that aren't bound to a name and a version. */
  readonly bindsNames: boolean;
  readonly opensUnbound: boolean;
  readonly principals: readonly PrincipalAccess[];
  /** Whom the policy of the key lets in, beside its account and the app's identities. */
  readonly strangers: readonly Principal[];
}

/** Resources that may give access or take it, and aren't read. */
const UNREAD = [
  'AWS::CloudFormation::Stack',
  'AWS::CloudFormation::StackSet',
  'AWS::KMS::ReplicaKey',
  'AWS::Organizations::Policy',
  'AWS::SSO::PermissionSet',
];

/** Who has access to the secrets of an app, as its templates say. */
export interface AccessReport {
  readonly compartments: readonly CompartmentReport[];
  readonly notKnown: readonly string[];
}

/** Read who has access to the secrets of an app. */
export function accessOf(stacks: readonly SynthesizedStack[]): AccessReport {
  const resolver = new Resolver(stacks);
  const identities = identitiesOf(stacks, resolver);
  return {
    compartments: compartmentsOf(stacks, resolver).map((parts) => report(parts, identities)),
    notKnown: [
      ...identities.flatMap(({ label, notKnown }) => notKnown.map((each) => `${label}: ${each}`)),
      ...resourcesOf(stacks, ...UNREAD)
        .filter((each) => !isRead(each, stacks))
        .map(({ type, stack, logicalId }) => `what ${stack.pathOf(logicalId)} changes, an ${type}`),
      ...stacks.flatMap(({ path, template }) =>
        list(template.Transform).map(
          (each) => `what the transform ${nameOf(each)} changes in ${path}`,
        ),
      ),
      ...stacks
        .filter(({ template }) => JSON.stringify(template).includes('"Fn::Transform":'))
        .map(({ path }) => `what Fn::Transform changes in ${path}`),
    ].sort(),
  };
}

/** Whether a resource is a nested stack whose template is read. */
function isRead({ stack, logicalId }: Located, stacks: readonly SynthesizedStack[]): boolean {
  return stacks.some(
    ({ nestedAs }) => nestedAs?.stack === stack && nestedAs.logicalId === logicalId,
  );
}

/** The name of a transform, which may have parameters. */
function nameOf(transform: unknown): string {
  return String(typeof transform === 'string' ? transform : fields(transform).Name);
}

function report(parts: CompartmentParts, identities: readonly Principal[]): CompartmentReport {
  const strangers = strangersOf(parts, identities);
  const key = keyTarget(parts);
  const anybody = { ...NOBODY, names: ['*'], account: parts.key.account };
  const refuses = (...actions: string[]) =>
    PARTLY_BOUND.every((binding) =>
      actions.every((action) => allowed(anybody, key, request.onKey(action, binding)).length === 0),
    );
  const bindsNames = parts.key.policy ? refuses('GenerateDataKey', 'Encrypt') : parts.bindsNames;
  const opensUnbound = parts.key.policy ? !refuses('Decrypt', 'ReEncryptFrom') : parts.opensUnbound;
  const binding = { bindsNames, opensUnbound: !bindsNames || opensUnbound };
  const principals = [...identities, ...strangers]
    .map((principal) => ({ principal, verbs: verbsOf(principal, parts, binding) }))
    .filter(({ verbs }) => Object.keys(verbs).length > 0)
    .sort((a, b) => (a.principal.label < b.principal.label ? -1 : 1));
  return { parts, ...binding, principals, strangers };
}

/** Who may do anything, as far as the policy of a resource doesn't refuse it. */
const NOBODY: Principal = {
  label: '',
  account: '',
  names: [],
  statements: [{ ...ANYTHING, isDeny: false }],
  notKnown: [],
  isPolicy: false,
};

const PARTLY_BOUND = [
  request.UNBOUND,
  { name: true, version: false },
  { name: false, version: true },
];

function keyTarget({ key, aliases }: CompartmentParts): Target {
  // Another app may give it more.
  const all = key.policy ? aliases : [...aliases, unknownValue('another alias')];
  return { ...key, identitiesSuffice: false, values: { 'kms:resourcealiases': all } };
}

function verbsOf(
  principal: Principal,
  parts: CompartmentParts,
  { bindsNames, opensUnbound }: { readonly bindsNames: boolean; readonly opensUnbound: boolean },
): PrincipalAccess['verbs'] {
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
  /** Ways to come by a data key in clear, and the same sealed. */
  function sealOtherwise(): readonly Scope[] {
    return [
      // From another key, with which it was made.
      ...onKey(sealed, ['ReEncryptTo'], false),
      // That of an item, to overwrite its value.
      ...((read.table ?? []).length > 0 ? open(sealed) : []),
      ...allPairs(onKey(sealed, ['GenerateDataKeyWithoutPlaintext']), open(sealed)),
    ];
  }
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
