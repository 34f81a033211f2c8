import { CompartmentParts, compartmentsOf } from './compartments';
import { identitiesOf } from './identities';
import { Principal, strangersOf } from './principal';
import * as request from './request';
import { Resolver } from './resolver';
import { ANYTHING } from './statement';
import { SynthesizedStack } from './template';
import { unreadIn } from './unread';
import { keyTarget, Verbs, verbsOf } from './verbs';
import { allowed } from './verdict';

/** What a principal can do in a compartment. */
export interface PrincipalAccess {
  readonly principal: Principal;
  readonly verbs: Verbs;
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
      ...unreadIn(stacks),
    ].sort(),
  };
}

function report(parts: CompartmentParts, identities: readonly Principal[]): CompartmentReport {
  const strangers = strangersOf(parts, identities);
  const key = keyTarget(parts);
  const anybody: Principal = {
    label: 'anybody',
    account: parts.key.account,
    names: ['*'],
    statements: [{ ...ANYTHING, isDeny: false }],
    notKnown: [],
    isPolicy: false,
  };
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

const PARTLY_BOUND = [
  request.UNBOUND,
  { name: true, version: false },
  { name: false, version: true },
];
