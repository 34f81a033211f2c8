import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { allOf, Conditions, inList } from './conditions';
import { invalid } from './invalid';

/**
 * A principal that adds conditions to each of its statements.
 *
 * `iam.Grant` adds the conditions of a grant to the identity's policy, but not to the resource's
 * policy. Without this class, a scoped grant to another account would be unscoped there.
 */
export class ScopedPrincipal extends iam.PrincipalBase {
  public override readonly principalAccount: string | undefined;

  constructor(
    private readonly construct: IConstruct,
    private readonly base: iam.IPrincipal,
    private readonly scope: Conditions,
  ) {
    super();
    this.principalAccount = base.principalAccount;
  }

  /** How the policy of a table or key names the principal. */
  public override get policyFragment(): iam.PrincipalPolicyFragment {
    const { principalJson, conditions } = this.base.policyFragment;
    const isEverybody = Object.values(principalJson).flat().includes('*');
    if (isEverybody && !Object.hasOwn(conditions.StringEquals ?? {}, 'aws:PrincipalOrgID')) {
      throw invalid(
        this.construct,
        'GrantToEverybody',
        'A grant to everybody is refused. Grant to a role, an account or an OrganizationPrincipal.',
      );
    }
    if (!Object.hasOwn(principalJson, 'AWS')) {
      const kinds = Object.keys(principalJson).join(', ');
      throw invalid(
        this.construct,
        'GrantToNonPrincipal',
        `The policy of a table can't name a principal of the kind ${kinds}. Grant to the role that it assumes.`,
      );
    }
    return new iam.PrincipalPolicyFragment(
      principalJson,
      allOf(valuesInLists(conditions), this.scope),
    );
  }

  public override addToPrincipalPolicy(
    statement: iam.PolicyStatement,
  ): iam.AddToPrincipalPolicyResult {
    const scoped = statement.copy();
    scoped.addConditions(this.scope);
    return this.base.addToPrincipalPolicy(scoped);
  }

  public override dedupeString(): string | undefined {
    return undefined;
  }
}

/** The conditions of a principal, none of which a token can remove. */
function valuesInLists(conditions: Record<string, unknown>): Conditions {
  const each = <T>(record: Record<string, T>, change: (value: T) => unknown) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
  return each(conditions as Conditions, (tests) => each(tests, inList)) as Conditions;
}

/** Whether a role keeps no statement: one that was imported as immutable. */
export function isImmutable(principal: iam.IPrincipal): boolean {
  return addsGrantsToResources(principal) !== undefined;
}

/** Whether a role keeps no statement, and says that it does. */
export function dropsStatements(principal: iam.IPrincipal): boolean {
  return addsGrantsToResources(principal) === false;
}

function addsGrantsToResources(principal: iam.IPrincipal): boolean | undefined {
  return (principal as { addGrantsToResources?: boolean }).addGrantsToResources;
}
