import { CompartmentParts, compartmentsOf } from './compartments';
import { identitiesOf } from './identities';
import { Principal, strangersOf } from './principal';
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
  return { ...key, identitiesSuffice: false, values: { 'kms:resourcealiases': aliases } };
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
  const onKey = (binding: request.Binding, actions: readonly string[], onSameKey?: boolean) =>
    any(
      keyTarget(parts),
      actions.map((each) => request.onKey(each, binding, onSameKey)),
    );

  const sealed = bindsNames ? request.BOUND : request.UNBOUND;
  const fetch = onTable(request.FETCH);
  const open = (binding: request.Binding) =>
    simplest([
      ...onKey(binding, ['Decrypt']),
      // It can be moved to another key, and opened with that.
      ...onKey(binding, ['ReEncryptFrom'], false),
    ]);
  const reading = (key: readonly Scope[]): Halves => ({
    table: key.length === 0 ? fetch : simplest([...fetch, ...onTable(request.FETCH_BY_CHANGE)]),
    key,
  });
  const verbs: Record<Verb, Halves> = {
    read: reading(open(sealed)),
    readUnbound: bindsNames && opensUnbound ? reading(open(request.UNBOUND)) : {},
    write: { table: onTable(request.PUT), key: onKey(sealed, ['GenerateDataKey', 'Encrypt']) },
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

function existing(half: keyof Halves, scopes: readonly Scope[]): Halves {
  return scopes.length === 0 ? {} : { [half]: scopes };
}
