import { matches, unknownId } from './pattern';
import { accountOf, regionOf, Resolver } from './resolver';
import { Statement, statementsOf } from './statement';
import { fields, list, Located, resourcesOf, SynthesizedStack } from './template';

/** A compartment of an app: what it is made of, and the policies of its parts. */
export interface CompartmentParts {
  /** The path of its construct. */
  readonly path: string;
  readonly name: string;
  readonly table: Part;
  readonly key: Part;
  readonly aliases: readonly string[];
  /** What is said of names that are bound, which the policy of an imported key doesn't show. */
  readonly bindsNames: boolean;
  readonly opensUnbound: boolean;
  /** What else may give or take access, and isn't read. */
  readonly notKnown: readonly string[];
}

/** A table or a key. */
export interface Part {
  readonly arn: string;
  readonly account: string;
  /** The statements of its policy; `undefined` if the app doesn't define it. */
  readonly policy: readonly Statement[] | undefined;
}

const TABLES = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'];

/** The compartments of an app, also those that it imports. */
export function compartmentsOf(
  stacks: readonly SynthesizedStack[],
  resolver: Resolver,
): CompartmentParts[] {
  const tables = resourcesOf(stacks, ...TABLES);
  const keys = resourcesOf(stacks, 'AWS::KMS::Key');
  const aliases = resourcesOf(stacks, 'AWS::KMS::Alias');
  return stacks.flatMap((stack) =>
    Object.entries(stack.compartments).map(([path, parts]) => {
      const said = fields(resolver.resolve(stack, parts));
      const alias = typeof said.keyAlias === 'string' ? said.keyAlias : undefined;
      const tableArn = String(said.tableArn);
      const keyArn =
        typeof said.keyArn === 'string'
          ? said.keyArn
          : (withAlias(resolver, aliases, tableArn, alias) ?? byAlias(tableArn, alias));
      const withArn = (resources: Located[], arn: string) =>
        resources.find((each) => resolver.arn(each) === arn);
      const [table, key] = [withArn(tables, tableArn), withArn(keys, keyArn)];
      const its = aliases
        .filter((each) => sameKey(resolver.text(each.stack, each.properties.TargetKeyId), keyArn))
        .map((each) => resolver.text(each.stack, each.properties.AliasName));
      const part = (arn: string, policy: readonly Statement[] | undefined): Part => ({
        arn,
        account: arn.split(':')[4] ?? accountOf(stack),
        policy,
      });
      return {
        path,
        name: String(said.compartmentName),
        table: part(tableArn, table && tablePolicy(resolver, table)),
        key: part(keyArn, key && keyPolicy(resolver, key)),
        aliases: [...new Set(alias === undefined ? its : [alias, ...its])].sort(),
        bindsNames: said.bindsNames === true,
        opensUnbound: said.opensUnbound === true,
        notKnown: [
          ...(table ? [] : ['the policy of the table, which the app does not define']),
          ...(key ? [] : ['the policy of the key, which the app does not define']),
          ...(table ? [...replicas(resolver, table), ...copies(resolver, table)] : []),
        ],
      };
    }),
  );
}

/** The ARN of the key to which an alias of the app leads, beside a table. */
function withAlias(
  resolver: Resolver,
  aliases: readonly Located[],
  tableArn: string,
  name: string | undefined,
): string | undefined {
  const [, , , region, account] = tableArn.split(':');
  const its = aliases.find(
    ({ stack, properties }) =>
      resolver.text(stack, properties.AliasName) === name &&
      regionOf(stack) === region &&
      accountOf(stack) === account,
  );
  const target = its && resolver.text(its.stack, its.properties.TargetKeyId);
  return target?.startsWith('arn:') ? target : undefined;
}

/** What stands for the ARN of a key of which only the alias is known. */
function byAlias(tableArn: string, alias: string | undefined): string {
  const [, partition, , region, account] = tableArn.split(':');
  return ['arn', partition, 'kms', region, account, `key/${unknownId(`of ${alias}`)}`].join(':');
}

function sameKey(target: string, keyArn: string): boolean {
  return target === keyArn || keyArn.endsWith(`:key/${target}`);
}

/** A key that is made without a policy leaves all to its account. */
function keyPolicy(resolver: Resolver, { stack, properties }: Located): Statement[] {
  const { KeyPolicy = { Effect: 'Allow', Action: 'kms:*', Principal: { AWS: accountOf(stack) } } } =
    properties;
  return statementsOf(resolver, stack, KeyPolicy);
}

/** The policy of a table is that of its replica in the region of its stack. */
function tablePolicy(resolver: Resolver, { stack, type, properties }: Located): Statement[] {
  const holders = type.endsWith('GlobalTable')
    ? list(resolver.resolve(stack, properties.Replicas)).filter((each) => {
        const { Region } = fields(each);
        return Region === undefined || matches(String(Region), regionOf(stack)) !== false;
      })
    : [properties];
  return holders.flatMap((holder) => {
    const policy = typeof holder === 'object' ? fields(holder).ResourcePolicy : holder;
    const { PolicyDocument: document = policy } = fields(policy);
    return statementsOf(resolver, stack, document);
  });
}

/** Where else the items of a table are, which has permissions of its own. */
function copies(resolver: Resolver, { stack, properties }: Located): string[] {
  const all = [properties, ...list(resolver.resolve(stack, properties.Replicas)).map(fields)];
  const has = (...names: string[]) =>
    all.some((each) => names.some((name) => each[name] !== undefined));
  return [
    ...(has('GlobalSecondaryIndexes', 'LocalSecondaryIndexes')
      ? ['access to the indexes of the table']
      : []),
    ...(has('StreamSpecification', 'KinesisStreamSpecification')
      ? ['access to the stream of the table']
      : []),
  ];
}

function replicas(resolver: Resolver, { stack, properties }: Located): string[] {
  const regions = list(properties.Replicas).map((each) =>
    resolver.text(stack, fields(each).Region),
  );
  return regions.length < 2 ? [] : [`access to the replicas in ${regions.sort().join(', ')}`];
}
