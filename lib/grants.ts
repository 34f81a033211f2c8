import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Conditions, ScopedPrincipal } from './private/scoped-principal';

/** Limits a grant to some secrets of a compartment. */
export interface GrantScope {
  /**
   * Only secrets whose name starts with this, for example `app/`.
   *
   * @default - all names
   */
  readonly prefix?: string;

  /**
   * Only secrets whose encryption context contains these pairs. It may contain others, too.
   *
   * @default - any encryption context
   */
  readonly context?: Record<string, string>;
}

/** Properties of `CompartmentGrants`. */
export interface CompartmentGrantsProps {
  /** The key that encrypts the data keys. */
  readonly key: kms.IKey;
  /** The table that holds the encrypted secrets. */
  readonly table: dynamodb.ITableV2;
}

/** Grants access to the secrets of a compartment: to its table and its key. */
export class CompartmentGrants {
  private readonly key: kms.IKey;
  private readonly table: dynamodb.ITableV2;

  constructor(props: CompartmentGrantsProps) {
    this.key = props.key;
    this.table = props.table;
  }

  /**
   * Grant permission to read secrets: `dynamodb:GetItem`, `dynamodb:Query` and `kms:Decrypt`.
   *
   * A grant without a scope also allows `dynamodb:Scan`, to list secrets and to read all of them at
   * once. A scoped grant doesn't, because IAM can't limit a scan to some names.
   */
  public read(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    const scan =
      scope?.prefix === undefined && scope?.context === undefined ? ['dynamodb:Scan'] : [];
    return this.onTable(grantee, scope, {}, 'dynamodb:GetItem', 'dynamodb:Query', ...scan).combine(
      this.onKey(grantee, scope, 'kms:Decrypt'),
    );
  }

  /**
   * Grant permission to write secrets and to look up their versions, but not to read values:
   * `dynamodb:PutItem`, `dynamodb:Query` for names and versions only, and `kms:GenerateDataKey`.
   *
   * IAM can't stop a writer from overwriting a version by calling DynamoDB directly. Point-in-time
   * recovery of the table restores it.
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
    // The key's id is unknown until its stack is deployed, and its policy names the role, which must
    // exist by then. So the role's policy allows every key of that account and region, and the
    // policy of this key, which must also allow the call, limits it to this key.
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

/** Conditions that require some pairs in a request's encryption context. */
function contextConditions(context: GrantScope['context']): Conditions {
  if (context === undefined) return {};
  const pairs = Object.entries(context);
  if (pairs.length === 0) throw new Error('An empty context matches every secret: leave it out.');
  const tests = pairs.map(([key, value]) => {
    if (!key || !value) {
      throw new Error(`The context ${JSON.stringify(key)} must have a key and a value.`);
    }
    return [`kms:EncryptionContext:${key}`, literal(value, /\$/g)];
  });
  return { StringEquals: Object.fromEntries(tests) as Record<string, string> };
}

/** A string for a policy, with its special characters escaped as policy variables. */
function literal(value: string, special: RegExp): string {
  return Token.isUnresolved(value) ? value : value.replace(special, '${$&}');
}

/** Conditions that require a prefix of the names that a request uses as partition keys. */
function nameConditions(prefix: string | undefined): Conditions {
  if (prefix === undefined) return {};
  if (prefix === '') throw new Error('An empty prefix matches every secret: leave it out.');
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${literal(prefix, /[*?$]/g)}*`] },
    // ForAllValues is also true if a request has no partition keys, as a scan has none.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

/** Fail if a grant has no effect: CDK drops some silently, such as one on a key imported by alias. */
function successful(grant: iam.Grant): iam.Grant {
  if (!grant.success) {
    throw new Error(
      'The grant has no effect. Import the key and the table by ARN, and grant to a principal that can have a policy.',
    );
  }
  return grant;
}
