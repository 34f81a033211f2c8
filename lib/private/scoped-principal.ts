import * as iam from 'aws-cdk-lib/aws-iam';

/** The `Condition` of a policy statement: values by operator and condition key. */
export type Conditions = Record<string, Record<string, unknown>>;

/**
 * A principal that adds conditions to each of its statements.
 *
 * `iam.Grant` adds the conditions of a grant to the identity's policy, but not to the resource's
 * policy. Without this class, a scoped grant to another account would be unscoped there.
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
          `The grantee already has a condition on ${operator} ${key}: it can't be scoped.`,
        );
      }
    }
    merged[operator] = { ...merged[operator], ...tests };
  }
  return merged;
}
