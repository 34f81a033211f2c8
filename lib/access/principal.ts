import { CompartmentParts } from './compartments';
import { Statement } from './statement';

/** Who may have access. */
export interface Principal {
  /** How the lockfile calls it. */
  readonly label: string;
  readonly account: string;
  /** The names by which the policy of a resource may mean it. */
  readonly names: readonly string[];
  /** The statements of its own policies; `undefined` if the app doesn't define them. */
  readonly statements: readonly Statement[] | undefined;
  /** What else decides about it, and isn't read. */
  readonly notKnown: readonly string[];
  /** The path of its construct, if it is one. */
  readonly path?: string;
  /** Whether it is a managed policy that no identity of the app has. */
  readonly isPolicy: boolean;
}

const ROOT = /^arn:[^:]*:iam::(.*):root$/;

/** The account that a principal of a policy stands for, if it stands for one. */
export function accountOfRoot(name: string): string | undefined {
  return ROOT.exec(name)?.[1];
}

/** Whom the policies of a compartment's table and key name, beside the identities of the app. */
export function strangersOf(
  { table, key }: CompartmentParts,
  identities: readonly Principal[],
): Principal[] {
  const known = new Set(identities.flatMap(({ names }) => names));
  const named = (policy: readonly Statement[] = [], ...own: string[]) =>
    policy
      .filter(({ isDeny }) => !isDeny)
      .flatMap(({ principals, isNotPrincipal }) => (isNotPrincipal ? ['*'] : principals))
      .filter((name) => !known.has(name) && !own.includes(accountOfRoot(name) ?? ''));
  const all = [
    ...named(table.policy, table.account),
    ...named(key.policy, key.account, table.account),
  ];
  return [...new Set(all)].map(stranger);
}

function stranger(name: string): Principal {
  const account = accountOfRoot(name);
  const label =
    name === '*'
      ? 'anybody'
      : account === undefined
        ? name.replace(/^(\w+):(?!aws)/, '$1 ')
        : `account ${account}`;
  // A service has no account, and needs no policy of its own.
  const [, , , , ofArn = ''] = name.split(':');
  return {
    label,
    account: account ?? ofArn,
    names: [name],
    statements: undefined,
    notKnown: [],
    isPolicy: false,
  };
}
