import * as iam from 'aws-cdk-lib/aws-iam';

/** Tests by operator, and values by key. */
export type Conditions = Record<string, Record<string, unknown>>;

/**
 * A principal whose every statement carries conditions.
 *
 * `iam.Grant` puts the conditions of a grant in the statement of an identity, but not in that of a
 * resource: across accounts, a scoped grant would be an unscoped one there.
 */
export class ScopedPrincipal extends iam.PrincipalBase {
  public override readonly principalAccount: string | undefined;

  constructor(
    private readonly base: iam.IPrincipal,
    private readonly scope: Conditions,
  ) {
    super();
    this.principalAccount = base.principalAccount;
  }

  public override get policyFragment(): iam.PrincipalPolicyFragment {
    const { principalJson, conditions } = this.base.policyFragment;
    return new iam.PrincipalPolicyFragment(
      principalJson,
      merge(conditions as Conditions, this.scope),
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

/** Both sets of conditions. */
function merge(a: Conditions, b: Conditions): Conditions {
  const merged = { ...a };
  for (const [operator, tests] of Object.entries(b)) {
    for (const key of Object.keys(tests)) {
      if (Object.hasOwn(a[operator] ?? {}, key)) {
        throw new Error(
          `The grantee has a condition on ${operator} ${key} already: it can't be scoped.`,
        );
      }
    }
    merged[operator] = { ...merged[operator], ...tests };
  }
  return merged;
}
