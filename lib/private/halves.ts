import { Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { Conditions } from './conditions';
import { checkEnvironment, isElsewhere, isOutside } from './environments';
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
    if (isImported) return this.effective(inIdentityPolicy(scoped, actions, table.tableArn));
    return this.effective(
      isElsewhere(table, grantee)
        ? inIdentityPolicy(scoped, actions, this.tableArnByName())
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
    const { key, keyArn, table, isImported } = this.compartment;
    const grants = alternatives.map((conditions) => {
      const scoped = this.scoped(grantee, conditions);
      if (keyArn === undefined) return this.effective(this.byAlias(scoped, actions));
      if (isImported) return this.effective(inIdentityPolicy(scoped, actions, keyArn));
      if (isOutside(key, grantee)) return this.effective(this.onKeyFromOutside(scoped, actions));
      return this.effective(
        isElsewhere(table, grantee)
          ? this.byArnOrAlias(scoped, actions)
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
    const principal = this.byArnOrAlias(grantee, actions);
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

  /** The key in the policy of an identity that can't refer to the stack of the compartment. */
  private byArnOrAlias(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const { key } = this.compartment;
    return Token.isUnresolved(key.keyArn)
      ? this.byAlias(grantee, actions)
      : inIdentityPolicy(grantee, actions, key.keyArn);
  }

  /** The ARN of the table, without a reference to its stack. */
  private tableArnByName(): string {
    const { tableName } = this.compartment.table.node.defaultChild as dynamodb.CfnGlobalTable;
    return this.arn('dynamodb', 'table', tableName);
  }

  /** The key of an alias, whatever its id, in the policy of an identity. */
  private byAlias(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const { keyAlias } = this.compartment;
    if (keyAlias === undefined) {
      throw invalid(
        this.compartment,
        'KeyWithoutAlias',
        'A grant to another account or region names the key by its alias, and this compartment has none: set keyAlias.',
      );
    }
    return inIdentityPolicy(grantee, actions, this.arn('kms', 'key', '*'), {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': keyAlias },
    });
  }

  /** An ARN in the account and region of the table. */
  private arn(service: string, resource: string, resourceName: string | undefined): string {
    const { account, region } = this.compartment.table.env;
    const parts = { service, account, region, resource, resourceName };
    return Stack.of(this.compartment).formatArn(parts);
  }

  private scoped(grantee: iam.IGrantable, conditions: Conditions): ScopedPrincipal {
    const { table, isImported } = this.compartment;
    checkEnvironment(this.compartment, table, grantee);
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

function inIdentityPolicy(
  grantee: iam.IGrantable,
  actions: string[],
  resourceArn: string,
  conditions: Conditions = {},
): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [resourceArn], conditions });
}
