import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { Conditions } from './conditions';
import { invalid } from './invalid';
import { dropsStatements, ScopedPrincipal } from './scoped-principal';

/** A compartment, as far as statements are about it. */
interface Compartment extends IConstruct {
  readonly key: kms.IKey;
  readonly keyArn?: string;
  readonly keyAlias?: string;
  readonly table: dynamodb.ITableV2;
  readonly isImported: boolean;
}

/**
 * The two halves of a grant, at the table and at the key, in the policies that need them: that of the
 * grantee, and, for a grantee of another account, also those of the table and the key.
 */
export class Halves {
  constructor(private readonly compartment: Compartment) {}

  /** Allow actions on the table. */
  public onTable(grantee: iam.IGrantable, conditions: Conditions, ...actions: string[]): iam.Grant {
    const { table, isImported } = this.compartment;
    const scoped = this.scoped(grantee, conditions);
    return this.effective(
      isImported
        ? inIdentityPolicy(scoped, actions, table.tableArn)
        : table.grants.actions(scoped, ...actions),
    );
  }

  /**
   * Allow actions on the key.
   *
   * @param alternatives The conditions: a request needs to meet one of them.
   */
  public onKey(
    grantee: iam.IGrantable,
    alternatives: Conditions[],
    ...actions: string[]
  ): iam.Grant {
    const { key, keyArn, isImported } = this.compartment;
    const grants = alternatives.map((conditions) => {
      const scoped = this.scoped(grantee, conditions);
      if (keyArn === undefined) return this.effective(this.byAlias(scoped, actions));
      if (isImported) return this.effective(inIdentityPolicy(scoped, actions, keyArn));
      return this.effective(
        isOutside(key, grantee)
          ? this.onKeyFromOutside(scoped, actions)
          : key.grant(scoped, ...actions),
      );
    });
    return grants.reduce((all, each) => all.combine(each));
  }

  /**
   * The policy of the key names the identity, which must exist by then. So the identity's can't refer
   * to the key, whose id isn't known before: it names the key by its alias.
   */
  private onKeyFromOutside(grantee: ScopedPrincipal, actions: string[]): iam.Grant {
    const { key } = this.compartment;
    const principal = Token.isUnresolved(key.keyArn)
      ? this.byAlias(grantee, actions)
      : inIdentityPolicy(grantee, actions, key.keyArn);
    const statement = new iam.PolicyStatement({
      actions,
      resources: ['*'],
      principals: [grantee],
    });
    const resource = iam.Grant.addStatementToResourcePolicy({
      statement,
      grantee,
      actions,
      resourceArns: ['*'],
      resource: key,
    });
    return this.effective(resource).combine(principal);
  }

  /** The key of an alias, whatever its id, in the policy of an identity. */
  private byAlias(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const { key, keyAlias } = this.compartment;
    if (keyAlias === undefined) {
      throw invalid(
        this.compartment,
        'KeyWithoutAlias',
        'A grant to another account names the key by its alias, and this compartment has none: set keyAlias.',
      );
    }
    const { account, region } = key.env;
    const anyKey = { service: 'kms', account, region, resource: 'key', resourceName: '*' };
    return inIdentityPolicy(grantee, actions, Stack.of(this.compartment).formatArn(anyKey), {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': keyAlias },
    });
  }

  private scoped(grantee: iam.IGrantable, conditions: Conditions): ScopedPrincipal {
    const { table, isImported } = this.compartment;
    const fromOutside = isOutside(table, grantee);
    if (fromOutside && isImported) {
      throw invalid(
        this.compartment,
        'GrantOnImportFromOutside',
        "The compartment was imported, so the policies of its table and key, which must also name a principal of another account, can't be changed. Grant where the compartment is created.",
      );
    }
    if (dropsStatements(grantee.grantPrincipal) && !fromOutside) {
      throw invalid(
        this.compartment,
        'GrantToImmutableRole',
        'The role was imported as immutable, so the grant would have no effect. Import it without mutable: false, or with addGrantsToResources: true.',
      );
    }
    return new ScopedPrincipal(this.compartment, grantee.grantPrincipal, conditions);
  }

  /** Fail if a grant has no effect: CDK drops some silently, such as one on a key imported by alias. */
  private effective(grant: iam.Grant): iam.Grant {
    if (grant.success) return grant;
    throw invalid(
      this.compartment,
      'GrantWithoutEffect',
      'The grant has no effect. Import the key and the table by ARN, and grant to a principal that can have a policy.',
    );
  }
}

/** Whether a grantee is known to be of another account than a resource. */
function isOutside({ env }: kms.IKey | dynamodb.ITableV2, grantee: iam.IGrantable): boolean {
  const { principalAccount } = grantee.grantPrincipal;
  return (
    principalAccount !== undefined &&
    Token.compareStrings(env.account, principalAccount) === TokenComparison.DIFFERENT
  );
}

function inIdentityPolicy(
  grantee: iam.IGrantable,
  actions: string[],
  resourceArn: string,
  conditions: Conditions = {},
): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [resourceArn], conditions });
}
