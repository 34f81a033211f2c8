import { resolve, type Template } from '../../../runtime/src/setup/template.js';
import type { PolicyDocument } from '../../../testbed/policy';
import type { Principal } from '../../../testbed/service';
import { REGION } from '../../../testbed/test-aws';

/** The stack of each account. */
export type Templates = Readonly<Record<string, Template>>;

/** A resource, as it is called once it is deployed. */
export interface Deployed {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly arn: string;
  readonly properties: Properties;
}

export type Properties = Readonly<Record<string, unknown>>;

/** The resources of an account. */
export function deployed(account: string, { Resources }: Template): Deployed[] {
  const names: Record<string, string> = {
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::Region': REGION,
  };
  const named = Object.entries(Resources).map(([id, { Type, Properties = {} }]) => {
    const [, service = '', kind = ''] = Type.toLowerCase().split('::');
    const given = Object.entries(Properties).find(([key]) =>
      /^(Table|Role|User|Group|ManagedPolicy)Name$/.test(key),
    );
    const name = String(given?.[1] ?? id);
    const place = service === 'iam' ? `iam::${account}` : `${service}:${REGION}:${account}`;
    const word = { globaltable: 'table', managedpolicy: 'policy' }[kind] ?? kind;
    const arn = `arn:aws:${place}:${word}/${name}`;
    names[id] = word === 'policy' && kind !== 'policy' ? arn : name;
    names[`${id}.Arn`] = arn;
    return { id, type: Type, name, arn };
  });
  return named.map((each) => {
    const { Properties = {} } = resolve(Resources[each.id], names) as { Properties?: Properties };
    return { ...each, properties: Properties };
  });
}

/** The roles and users of an account, as the lockfile calls them. */
export function identities(
  account: string,
  resources: readonly Deployed[],
): Map<string, Principal> {
  const policies = resources.filter(({ type }) => /^AWS::IAM::(Managed)?Policy$/.test(type));
  const attached = (kind: string, name: string, arns: unknown) =>
    policies
      .filter(
        ({ arn, properties }) =>
          list(properties[`${kind}s`]).includes(name) || list(arns).includes(arn),
      )
      .map(({ properties }) => properties.PolicyDocument as PolicyDocument);
  const people = resources.flatMap(({ id, type, name, arn, properties }): [string, Principal][] => {
    const [, kind = ''] = /^AWS::IAM::(Role|User)$/.exec(type) ?? [];
    if (kind === '') return [];
    const inline = (list(properties.Policies) as Properties[]).map(
      ({ PolicyDocument }) => PolicyDocument as PolicyDocument,
    );
    const groups = (list(properties.Groups) as string[]).flatMap((each) =>
      attached('Group', each, []),
    );
    const all = [...inline, ...attached(kind, name, properties.ManagedPolicyArns), ...groups];
    const label = `${kind.toLowerCase()} ${account}/${id}`;
    return [[label, { account, arn, arns: [arn], policies: () => all }]];
  });
  return new Map(people);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
