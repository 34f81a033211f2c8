import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { CompartmentBase, ICompartment } from './compartment-base';
import { GrantScope } from './compartment-grants';
import { CompartmentAttributes, ImportedCompartment } from './compartment-import';
import { invalid } from './private/invalid';
import { refuseDeletion, refuseUnbound } from './private/key-policy';
import { aliasName, checkName, compartmentNames, DEFAULT_COMPARTMENT } from './private/names';
import { claimNames } from './private/registry';

/** Properties of a `Compartment`. */
export interface CompartmentProps {
  /**
   * The name of the compartment. The names of the alias, table and policies are derived from it.
   *
   * The runtime derives the same names: `new Credstash({ compartment })`, or `--compartment`. 1 to 64
   * letters, digits and hyphens, starting with a letter.
   *
   * @default 'credstash': the alias and table have the names that Python credstash expects
   */
  readonly compartmentName?: string;

  /**
   * The alias of the key.
   *
   * @default - `alias/credstash`, or `alias/credstash-<compartmentName>`; no alias if you pass an
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
   * The name of the managed policy for readers. IAM policy names are unique within an account: if
   * the same compartment exists in a second region, choose another name there.
   *
   * @default - `credstash-read-secrets`, or `credstash-<compartmentName>-read-secrets`
   */
  readonly readPolicyName?: string;

  /**
   * The name of the managed policy for writers. IAM policy names are unique within an account: if
   * the same compartment exists in a second region, choose another name there.
   *
   * @default - `credstash-write-secrets`, or `credstash-<compartmentName>-write-secrets`
   */
  readonly writePolicyName?: string;

  /**
   * The symmetric KMS key that encrypts the data keys.
   *
   * A key that the compartment creates gets an alias, by which the runtime finds it. A key that you
   * pass gets an alias only if you also set `keyAlias`, because it may already have one.
   *
   * @default - a new key, rotated every year
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Whether the key binds each secret to its name and version.
   *
   * The policy of the key then refuses to make or open a data key whose encryption context doesn't have
   * `credstash:name` and `credstash:version`. So an item that was copied to another name or version
   * can't be read, grants to some names hold at the key, too, and CloudTrail shows which secret was
   * read. The runtime adds the pairs; clients that don't, such as Python credstash, must pass them by
   * hand. An `encryptionKey` must be one whose policy can be changed, and serve this compartment only.
   *
   * @default false
   */
  readonly bindNames?: boolean;

  /**
   * Whether the key still opens the data keys of secrets that aren't bound, while `credstash rebind`
   * moves an existing compartment over.
   *
   * Until it is removed, an old item that was copied to another name can still be read.
   *
   * @default false
   */
  readonly openUnbound?: boolean;

  /**
   * The only role that may delete or disable the key that the compartment creates and retains.
   *
   * @default - whoever has the permission may, once the key was unused for 90 days
   */
  readonly breakGlassRole?: iam.IRole;

  /**
   * How the table is billed.
   *
   * @default dynamodb.Billing.onDemand()
   */
  readonly billing?: dynamodb.Billing;

  /**
   * What happens to the table, and to the key and alias that the compartment creates, when they are
   * removed from the stack. With `DESTROY`, the table has no deletion protection.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

const COMPARTMENT_SYMBOL = Symbol.for('cdk-credstash.Compartment');

/**
 * A place for secrets that share their permissions, such as those of production: a KMS key with an
 * alias, a DynamoDB table, and two managed policies, one to read and one to write.
 */
export class Compartment extends CompartmentBase {
  /** Whether a value is a `Compartment`, and not an import of one. */
  public static isCompartment(x: unknown): x is Compartment {
    return x !== null && typeof x === 'object' && COMPARTMENT_SYMBOL in x;
  }

  /**
   * A compartment that exists in the account and region of the stack, made by `credstash setup` or by
   * another app, with the names that follow from its own.
   *
   * Grants name the key by its alias, and only identities of the account can be granted to.
   */
  public static fromCompartmentName(
    scope: Construct,
    id: string,
    compartmentName: string,
  ): ICompartment {
    return Compartment.fromCompartmentAttributes(scope, id, { compartmentName });
  }

  /**
   * A compartment that exists. Only identities of its account can be granted to, because the policies
   * of the table and the key can't be changed.
   */
  public static fromCompartmentAttributes(
    scope: Construct,
    id: string,
    attrs: CompartmentAttributes,
  ): ICompartment {
    return new ImportedCompartment(scope, id, attrs);
  }

  public readonly compartmentName: string;
  public readonly key: kms.IKey;
  public readonly keyArn?: string;
  public readonly table: dynamodb.ITableV2;
  public readonly keyAlias?: string;
  public readonly bindsNames: boolean;
  public readonly opensUnbound: boolean;
  public readonly isImported = false;
  /** Allows reading and listing all secrets. */
  public readonly readPolicy: iam.ManagedPolicy;
  /** Allows writing secrets, but not reading them. */
  public readonly writePolicy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, props: CompartmentProps = {}) {
    super(scope, id);
    Object.defineProperty(this, COMPARTMENT_SYMBOL, { value: true });
    this.compartmentName = props.compartmentName ?? DEFAULT_COMPARTMENT;
    checkName(this, 'compartmentName', this.compartmentName);
    const derived = compartmentNames(this.compartmentName);
    const keyAlias = props.keyAlias ?? (props.encryptionKey ? undefined : derived.keyAlias);
    const names = {
      keyAlias: keyAlias === undefined ? undefined : aliasName(keyAlias),
      tableName: props.tableName ?? derived.tableName,
      readPolicyName: props.readPolicyName ?? derived.readPolicyName,
      writePolicyName: props.writePolicyName ?? derived.writePolicyName,
    };
    claimNames(this, names);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;

    this.bindsNames = props.bindNames ?? false;
    this.opensUnbound = !this.bindsNames || (props.openUnbound ?? false);
    if (props.openUnbound && !this.bindsNames) {
      throw invalid(this, 'OpenUnboundWithoutBindNames', 'openUnbound needs bindNames.');
    }
    const isProtected = !props.encryptionKey && removalPolicy !== RemovalPolicy.DESTROY;
    if (props.breakGlassRole && !isProtected) {
      throw invalid(
        this,
        'BreakGlassRoleWithoutProtection',
        'breakGlassRole needs a key that the compartment creates and retains.',
      );
    }

    this.key =
      props.encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Wraps the data keys of the secrets in ${names.tableName}`,
        enableKeyRotation: true,
        removalPolicy,
      });
    this.keyArn = this.key.keyArn;
    if (isProtected) this.requireOfKey(refuseDeletion(props.breakGlassRole));
    if (this.bindsNames) this.requireOfKey(...refuseUnbound({ andOpening: !this.opensUnbound }));
    if (names.keyAlias !== undefined) {
      const alias = { aliasName: names.keyAlias, targetKey: this.key, removalPolicy };
      new kms.Alias(this, 'Alias', alias);
      this.keyAlias = names.keyAlias;
    }

    this.table = new dynamodb.TableV2(this, 'Table', {
      tableName: names.tableName,
      partitionKey: { name: 'name', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'version', type: dynamodb.AttributeType.STRING },
      billing: props.billing ?? dynamodb.Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
    });

    this.readPolicy = new iam.ManagedPolicy(this, 'ReadPolicy', {
      managedPolicyName: names.readPolicyName,
      description: `Read the secrets in ${names.tableName}`,
    });
    this.grantRead(this.readPolicy);
    this.writePolicy = new iam.ManagedPolicy(this, 'WritePolicy', {
      managedPolicyName: names.writePolicyName,
      description: `Write secrets to ${names.tableName}, and read none`,
    });
    this.grantWrite(this.writePolicy);
  }

  /**
   * Grant permission to read secrets: all of them, or those in a scope.
   *
   * Only a grant without a scope allows listing secrets and reading all of them at once.
   */
  public grantRead(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    return this.grants.read(grantee, scope);
  }

  /** Grant permission to write secrets, but not to read them: all of them, or those in a scope. */
  public grantWrite(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    return this.grants.write(grantee, scope);
  }

  /** Grant permission to list names, versions and comments, but not to read values. */
  public grantList(grantee: iam.IGrantable): iam.Grant {
    return this.grants.list(grantee);
  }

  /** Grant permission to delete secrets: all of them, or those with some names. */
  public grantDelete(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    return this.grants.delete(grantee, scope);
  }

  /** Grant permission to encrypt data keys again under the key: all of them, or those in a scope. */
  public grantRewrap(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    return this.grants.rewrap(grantee, scope);
  }

  /** Grant permission to do everything with all secrets, but not to change the table or the key. */
  public grantAdmin(grantee: iam.IGrantable): iam.Grant {
    return this.grants.admin(grantee);
  }

  private requireOfKey(...statements: iam.PolicyStatement[]): void {
    for (const statement of statements) {
      if (this.key.addToResourcePolicy(statement).statementAdded) continue;
      throw invalid(
        this,
        'KeyPolicyNotChangeable',
        'bindNames needs a key whose policy this app defines, and the encryptionKey was imported.',
      );
    }
  }
}
