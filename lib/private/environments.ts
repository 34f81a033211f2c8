import { IResource, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { invalid } from './invalid';
import { isImmutable } from './scoped-principal';

/** Whether a grantee is known to be of another account than a resource. */
export function isOutside({ env }: IResource, grantee: iam.IGrantable): boolean {
  const { principalAccount } = grantee.grantPrincipal;
  return (
    principalAccount !== undefined &&
    Token.compareStrings(env.account, principalAccount) === TokenComparison.DIFFERENT
  );
}

/**
 * Whether the policy of a grantee is in a stack of another environment than a resource, though not of
 * another account: the exports of CloudFormation don't reach there.
 */
export function isElsewhere(resource: IResource, grantee: iam.IGrantable): boolean {
  const stack = stackOfPolicy(grantee);
  return (
    stack !== undefined &&
    stack.environment !== resource.stack.environment &&
    !isOutside(resource, grantee)
  );
}

/**
 * @throws if a resource is in the account or region of its stack, which is known only on deployment, and
 * that of the grantee is known: an ARN in its policy would have that instead
 */
export function checkEnvironment(
  construct: IConstruct,
  { env, stack }: IResource,
  grantee: iam.IGrantable,
): void {
  const there = stackOfPolicy(grantee);
  for (const part of ['account', 'region'] as const) {
    const isOfStack = Token.isUnresolved(stack[part]) && env[part] === stack[part];
    if (there === undefined || !isOfStack || Token.isUnresolved(there[part])) continue;
    throw invalid(
      construct,
      'EnvironmentUnknown',
      `The grantee is in the stack ${there.node.path}, whose ${part} is ${there[part]}, and the ${part} of the compartment is known only on deployment. Set the env of the stack ${stack.node.path}: its account and region.`,
    );
  }
}

/** The stack that has the policy of a grantee, as far as constructs tell. */
function stackOfPolicy(grantee: iam.IGrantable): Stack | undefined {
  const { grantPrincipal } = grantee;
  if (isImmutable(grantPrincipal)) return undefined;
  const construct = [grantPrincipal, grantee].find((each) => Construct.isConstruct(each));
  return construct && Stack.of(construct);
}
