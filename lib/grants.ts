import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Conditions, ScopedPrincipal } from './private/scoped-principal';

/** Which secrets of a compartment a grant is for. */
export interface GrantScope {
  /**
   * Only secrets whose name begins so, for example `app/`.
   *
   * @default - every name
   */
  readonly prefix?: string;

  /**
   * Only secrets whose encryption context has these pairs; it may have more.
   *
   * @default - every context
   */
  readonly context?: Record<string, string>;
}

/** What the actions of a grant are done to. */
export interface CompartmentGrantsProps {
  /** The key that wraps the data keys. */
  readonly key: kms.IKey;
  /** The table of the sealed secrets. */
  readonly table: dynamodb.ITableV2;
}

/** Gives principals access to the secrets of a compartment: to its table, and to its key. */
export class CompartmentGrants {
  private readonly key: kms.IKey;
  private readonly table: dynamodb.ITableV2;

  constructor(props: CompartmentGrantsProps) {
    this.key = props.key;
    this.table = props.table;
  }

  /**
   * Let a principal read secrets: `dynamodb:GetItem`, `dynamodb:Query` and `kms:Decrypt`.
   *
   * Without a scope, also `dynamodb:Scan`, to list secrets and to read all of them. IAM can't limit
   * a scan to some names, so a scoped grant has none.
   */
  public read(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    const scan =
      scope?.prefix === undefined && scope?.context === undefined ? ['dynamodb:Scan'] : [];
    return this.onTable(grantee, scope, {}, 'dynamodb:GetItem', 'dynamodb:Query', ...scan).combine(
      this.onKey(grantee, scope, 'kms:Decrypt'),
    );
  }

  /**
   * Let a principal write secrets, and look up the versions there are, but read no value:
   * `dynamodb:PutItem`, `dynamodb:Query` of names and versions, and `kms:GenerateDataKey`.
   *
   * IAM can't keep a writer from overwriting a version by hand: the table's point-in-time recovery
   * is the remedy.
   */
  public write(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    const noOldValues = { StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' } };
    const versionsOnly = {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['name', 'version'] },
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    };
    return this.onTable(grantee, scope, noOldValues, 'dynamodb:PutItem')
      .combine(this.onTable(grantee, scope, versionsOnly, 'dynamodb:Query'))
      .combine(this.onKey(grantee, scope, 'kms:GenerateDataKey'));
  }

  private onTable(
    grantee: iam.IGrantable,
    scope: GrantScope | undefined,
    conditions: Conditions,
    ...actions: string[]
  ): iam.Grant {
    const scoped = new ScopedPrincipal(grantee.grantPrincipal, {
      ...conditions,
      ...nameConditions(scope?.prefix),
    });
    return successful(this.table.grants.actions(scoped, ...actions));
  }

  private onKey(
    grantee: iam.IGrantable,
    scope: GrantScope | undefined,
    ...actions: string[]
  ): iam.Grant {
    const scoped = new ScopedPrincipal(grantee.grantPrincipal, contextConditions(scope?.context));
    const { account, region } = this.key.env;
    const granteeAccount = grantee.grantPrincipal.principalAccount;
    if (
      granteeAccount === undefined ||
      Token.compareStrings(account, granteeAccount) !== TokenComparison.DIFFERENT
    ) {
      return successful(this.key.grant(scoped, ...actions));
    }
    // The key's id is known only after its stack is deployed, which needs the role of the other
    // account: so that names all keys there, and the key's policy, which must agree, this one.
    const service = { service: 'kms', account, region };
    const anyKey = Stack.of(this.table).formatArn({
      ...service,
      resource: 'key',
      resourceName: '*',
    });
    return successful(
      iam.Grant.addToPrincipalAndResource({
        grantee: scoped,
        actions,
        resourceArns: [anyKey],
        resourceSelfArns: ['*'],
        resource: this.key,
      }),
    );
  }
}

/** Conditions that a request's encryption context has some pairs. */
function contextConditions(context: GrantScope['context']): Conditions {
  if (context === undefined) return {};
  const pairs = Object.entries(context);
  if (pairs.length === 0) throw new Error('An empty context is every context: leave it out.');
  const tests = pairs.map(([key, value]) => {
    if (!key || !value) {
      throw new Error(`The context ${JSON.stringify(key)} must have a name and a value.`);
    }
    return [`kms:EncryptionContext:${key}`, literal(value, /\$/g)];
  });
  return { StringEquals: Object.fromEntries(tests) as Record<string, string> };
}

/** A text in a policy, its characters with a meaning written as policy variables. */
function literal(text: string, special: RegExp): string {
  return Token.isUnresolved(text) ? text : text.replace(special, '${$&}');
}

/** Conditions that a request's partition keys are names with a prefix. */
function nameConditions(prefix: string | undefined): Conditions {
  if (prefix === undefined) return {};
  if (prefix === '') throw new Error('An empty prefix is every name: leave it out.');
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${literal(prefix, /[*?$]/g)}*`] },
    // ForAllValues holds for a request without partition keys, too: that would be a scan.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

/** A grant that took effect: CDK drops some silently, such as one on a key imported by alias. */
function successful(grant: iam.Grant): iam.Grant {
  if (!grant.success) {
    throw new Error(
      'The grant has no effect. Import the key and the table by ARN, and grant to a principal that can hold a policy.',
    );
  }
  return grant;
}
