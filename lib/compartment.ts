import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { CompartmentGrants, GrantScope } from './grants';
import { compartmentNames, DEFAULT_COMPARTMENT } from './private/names';

/** How a compartment is made. */
export interface CompartmentProps {
  /**
   * Names the compartment, and, after it, its alias, table and policies.
   *
   * The runtime finds them by this name: `new Credstash({ compartment })`, or `--compartment`. 1 to
   * 64 letters, digits and hyphens, the first a letter.
   *
   * @default 'credstash': the names that Python credstash expects
   */
  readonly compartmentName?: string;

  /**
   * The alias of the key.
   *
   * @default - `alias/credstash`, or `alias/credstash-<compartmentName>`; none for a given
   * `encryptionKey`
   */
  readonly keyAlias?: string;

  /**
   * The name of the table.
   *
   * @default - `credential-store`, or `credential-store-<compartmentName>`
   */
  readonly tableName?: string;

  /**
   * The name of the managed policy of readers. IAM's names are global to the account: give another
   * one where the same compartment is in a second region.
   *
   * @default - `credstash-read-secrets`, or `credstash-<compartmentName>-read-secrets`
   */
  readonly readPolicyName?: string;

  /**
   * The name of the managed policy of writers. IAM's names are global to the account: give another
   * one where the same compartment is in a second region.
   *
   * @default - `credstash-write-secrets`, or `credstash-<compartmentName>-write-secrets`
   */
  readonly writePolicyName?: string;

  /**
   * The symmetric key that wraps the data keys.
   *
   * A key of the compartment's own has an alias that the runtime knows. A given one gets an alias
   * only if `keyAlias` is given too, as it may have one already.
   *
   * @default - a new key, rotated every year
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the key and the table when they leave the stack. With `DESTROY` the table has no
   * deletion protection.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A place for secrets of one kind, such as those of production: a KMS key and its alias, a DynamoDB
 * table, and the managed policies to read and to write.
 */
export class Compartment extends Construct {
  /** The key that wraps the data keys. */
  public readonly key: kms.IKey;
  /** The table of the sealed secrets. */
  public readonly table: dynamodb.TableV2;
  /** Lets its holder read, list and read all secrets. */
  public readonly readPolicy: iam.ManagedPolicy;
  /** Lets its holder write secrets, but read none. */
  public readonly writePolicy: iam.ManagedPolicy;
  /** Gives access to the secrets. */
  public readonly grants: CompartmentGrants;

  constructor(scope: Construct, id: string, props: CompartmentProps = {}) {
    super(scope, id);
    const names = compartmentNames(props.compartmentName ?? DEFAULT_COMPARTMENT);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;

    this.key =
      props.encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Wraps the data keys of the secrets in ${props.tableName ?? names.tableName}`,
        enableKeyRotation: true,
        removalPolicy,
      });
    const aliasName = props.keyAlias ?? (props.encryptionKey ? undefined : names.keyAlias);
    if (aliasName !== undefined) {
      new kms.Alias(this, 'Alias', { aliasName, targetKey: this.key, removalPolicy });
    }

    this.table = new dynamodb.TableV2(this, 'Table', {
      tableName: props.tableName ?? names.tableName,
      partitionKey: { name: 'name', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'version', type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
    });

    this.grants = new CompartmentGrants({ key: this.key, table: this.table });
    this.readPolicy = new iam.ManagedPolicy(this, 'ReadPolicy', {
      managedPolicyName: props.readPolicyName ?? names.readPolicyName,
      description: `Read the secrets in ${props.tableName ?? names.tableName}`,
    });
    this.grantRead(this.readPolicy);
    this.writePolicy = new iam.ManagedPolicy(this, 'WritePolicy', {
      managedPolicyName: props.writePolicyName ?? names.writePolicyName,
      description: `Write secrets to ${props.tableName ?? names.tableName}, and read none`,
    });
    this.grantWrite(this.writePolicy);
  }

  /**
   * Let a principal read secrets: all of them, or those of a scope.
   *
   * Only a grant without a scope allows to list secrets, and to read all of them.
   */
  public grantRead(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    return this.grants.read(grantee, scope);
  }

  /** Let a principal write secrets, but read none: any, or those of a scope. */
  public grantWrite(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    return this.grants.write(grantee, scope);
  }
}
