import { Token } from 'aws-cdk-lib';
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
    const pairs = Object.entries(scope?.context ?? {}).map(([key, value]) => [
      `kms:EncryptionContext:${key}`,
      value,
    ]);
    const conditions: Conditions =
      pairs.length > 0 ? { StringEquals: Object.fromEntries(pairs) } : {};
    const scoped = new ScopedPrincipal(grantee.grantPrincipal, conditions);
    return successful(this.key.grant(scoped, ...actions));
  }
}

/** Conditions that a request's partition keys are names with a prefix. */
function nameConditions(prefix: string | undefined): Conditions {
  if (prefix === undefined) return {};
  if (prefix === '') throw new Error('An empty prefix is every name: leave it out.');
  // Characters with a meaning to StringLike are written as policy variables.
  const literal = Token.isUnresolved(prefix) ? prefix : prefix.replace(/[*?$]/g, '${$&}');
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${literal}*`] },
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
