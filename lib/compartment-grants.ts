import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { allOf, Conditions } from './private/conditions';
import { Halves } from './private/halves';
import { invalid } from './private/invalid';
import {
  bound,
  boundName,
  checkScope,
  givenScope,
  inContext,
  isScoped,
  onTable,
  Scope,
  unbound,
} from './private/scope';

/** Limits a grant to some secrets of a compartment. At least one of the fields must be set. */
export interface GrantScope {
  /**
   * Only secrets with these names. A `*` stands for any string, and can only be the last character:
   * `app/*` means all names that start with `app/`.
   *
   * The table enforces it. The key does so as well only if the compartment binds names.
   *
   * @default - all names
   */
  readonly names?: string[];

  /**
   * Only secrets whose encryption context contains these pairs. It may contain others, too.
   *
   * The key enforces it, and the table doesn't: the grantee can fetch the ciphertext of secrets with
   * another context. IAM ignores the case of the keys.
   *
   * @default - any encryption context
   */
  readonly context?: Record<string, string>;
}

/** What grants must know of a compartment. */
export interface ICompartmentRef extends IConstruct {
  /** The key that encrypts the data keys. */
  readonly key: kms.IKey;
  /** The table that holds the encrypted secrets. */
  readonly table: dynamodb.ITableV2;
  /** The ARN of the key, unless only its alias is known. */
  readonly keyArn?: string;
  /** The alias by which the runtime finds the key, if it has one. */
  readonly keyAlias?: string;
  /** Whether the key requires each data key to be bound to the name and version of its secret. */
  readonly bindsNames: boolean;
  /** Whether the key still opens data keys that aren't bound. */
  readonly opensUnbound: boolean;
  /** Whether it was made elsewhere, so that the policies of its table and key can't be changed. */
  readonly isImported: boolean;
}

/** Conditions that a request returns nothing of the item that it changes. */
const NO_OLD_VALUES = {
  StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
  Null: { 'dynamodb:EnclosingOperation': 'true' },
};

/**
 * Condition that a data key stays under the key of the compartment. Under a key that the grantee may
 * decrypt with, it would give away the secret.
 */
const ON_SAME_KEY = { Bool: { 'kms:ReEncryptOnSameKey': 'true' } };

const READ = ['dynamodb:GetItem', 'dynamodb:Query'];
const SCAN = 'dynamodb:Scan';
const REWRAP_KEY = ['kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/**
 * Grants access to the secrets of a compartment: to its table and its key.
 *
 * Each method throws if the scope might grant more than meant, or if the grant would have no effect.
 */
export class CompartmentGrants {
  /** The grants of a compartment. */
  public static fromCompartment(compartment: ICompartmentRef): CompartmentGrants {
    return new CompartmentGrants(compartment);
  }

  private readonly halves: Halves;

  private constructor(private readonly compartment: ICompartmentRef) {
    this.halves = new Halves(compartment);
  }

  /**
   * Grant permission to read secrets: `dynamodb:GetItem`, `dynamodb:Query` and `kms:Decrypt`.
   *
   * A grant without a scope also allows `dynamodb:Scan`, to list secrets and to read all of them at
   * once. A scoped grant doesn't, because IAM can't limit a scan to some names.
   */
  public read(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    const its = this.checked(scope);
    return this.halves
      .onTable(grantee, onTable(its), ...READ, ...(isScoped(its) ? [] : [SCAN]))
      .combine(this.halves.onKey(grantee, this.openedBy(its), 'kms:Decrypt'));
  }

  /**
   * Grant permission to write secrets and to look up their versions, but not to read values:
   * `dynamodb:PutItem`, `dynamodb:Query` for names and versions only, and `kms:GenerateDataKey`.
   *
   * IAM can't stop a writer from overwriting a version by calling DynamoDB directly. Point-in-time
   * recovery of the table restores it.
   */
  public write(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    const its = this.checked(scope);
    return this.halves
      .onTable(grantee, allOf(NO_OLD_VALUES, onTable(its)), 'dynamodb:PutItem')
      .combine(this.lookUp(grantee, its, ['name', 'version'], 'dynamodb:Query'))
      .combine(this.halves.onKey(grantee, [this.sealedBy(its)], 'kms:GenerateDataKey'));
  }

  /**
   * Grant permission to list names, versions and comments, but not to read values: `dynamodb:Scan` and
   * `dynamodb:Query` for these attributes only. IAM can't limit a scan to some names.
   */
  public list(grantee: iam.IGrantable): iam.Grant {
    return this.lookUp(grantee, {}, ['name', 'version', 'comment'], 'dynamodb:Query', SCAN);
  }

  /**
   * Grant permission to delete secrets, and to look up their versions: `dynamodb:DeleteItem`, and
   * `dynamodb:Query` for names and versions only.
   *
   * The scope can only have names: deleting doesn't involve the key, which alone knows the context.
   */
  public delete(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    const its = this.checked(scope);
    if (its.context !== undefined) {
      throw invalid(
        this.compartment,
        'ContextCannotLimitDelete',
        "A context can't limit a grant to delete: the table doesn't know it. Limit the grant by names.",
      );
    }
    return this.halves
      .onTable(grantee, allOf(NO_OLD_VALUES, onTable(its)), 'dynamodb:DeleteItem')
      .combine(this.lookUp(grantee, its, ['name', 'version'], 'dynamodb:Query'));
  }

  /**
   * Grant permission to encrypt data keys again under this key, without seeing them:
   * `kms:ReEncryptFrom`, `kms:ReEncryptTo`, `dynamodb:GetItem`, `dynamodb:Query`, and
   * `dynamodb:UpdateItem` for the data key only. Without a scope, also `dynamodb:Scan`.
   */
  public rewrap(grantee: iam.IGrantable, scope?: GrantScope): iam.Grant {
    const its = this.checked(scope);
    const dataKey = allOf(NO_OLD_VALUES, attributes(['name', 'version', 'key']), onTable(its));
    return this.halves
      .onTable(grantee, onTable(its), ...READ, ...(isScoped(its) ? [] : [SCAN]))
      .combine(this.halves.onTable(grantee, dataKey, 'dynamodb:UpdateItem'))
      .combine(this.halves.onKey(grantee, [allOf(ON_SAME_KEY, this.sealedBy(its))], ...REWRAP_KEY));
  }

  /**
   * Grant permission to read, list, write, overwrite, delete and rewrap all secrets, but not to change
   * the table, the key or their policies.
   */
  public admin(grantee: iam.IGrantable): iam.Grant {
    const change = ['PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`);
    return this.halves
      .onTable(grantee, {}, ...READ, SCAN, ...change)
      .combine(
        this.halves.onKey(grantee, [{}], 'kms:Decrypt', 'kms:GenerateDataKey', ...REWRAP_KEY),
      );
  }

  /** Everything, if no scope is given. */
  private checked(scope: GrantScope | undefined): Scope {
    const given = givenScope(scope);
    if (given !== undefined) checkScope(this.compartment, given);
    return given ?? {};
  }

  /** What a request to open data keys in a scope has in its context: one of these. */
  private openedBy(scope: Scope): Conditions[] {
    const pairs = inContext(scope);
    if (!this.compartment.bindsNames || scope.names === undefined) return [pairs];
    const byName = allOf(pairs, boundName(scope));
    return this.compartment.opensUnbound ? [byName, allOf(pairs, unbound())] : [byName];
  }

  /** What a request to seal data keys in a scope has in its context. */
  private sealedBy(scope: Scope): Conditions {
    return this.compartment.bindsNames ? allOf(inContext(scope), bound(scope)) : inContext(scope);
  }

  private lookUp(
    grantee: iam.IGrantable,
    scope: Scope,
    of: string[],
    ...actions: string[]
  ): iam.Grant {
    const select = { StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' } };
    return this.halves.onTable(grantee, allOf(attributes(of), select, onTable(scope)), ...actions);
  }
}

/** Conditions that a request names some attributes, and no others. */
function attributes(names: string[]): Conditions {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': names },
    Null: { 'dynamodb:Attributes': 'false' },
  };
}
