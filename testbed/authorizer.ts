import { identityVerdict, resourceVerdict } from './policy';
import { ServiceError, type Call, type Operation, type Permission } from './service';

/**
 * Refuse a call, unless the caller's policies and the resource's allow it.
 *
 * Within an account, either is enough; but a key or a role must allow the call itself, or leave it to
 * the account. Across accounts, both must allow it.
 *
 * @throws AccessDenied, in the words of AWS
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function authorize(service: string, call: Call, operation: Operation): void {
  authorizeOne(service, call, operation);
  for (const { action = call.action, refusal, ...permission } of operation.also ?? []) {
    try {
      authorizeOne(service, { ...call, action }, permission);
    } catch (error) {
      throw refusal ?? error;
    }
  }
}

function authorizeOne(service: string, call: Call, permission: Permission): void {
  const { access, resourcePolicy, identitiesSuffice = false } = permission;
  if (!access) return;
  const { caller } = call;
  // Of a session, the role's.
  const context = { ...access.context, 'aws:principalarn': caller.arns.slice(-1) };
  const request = { ...access, action: `${service}:${call.action}`, context };
  // The principal that stands for the account, and so for what its identities' policies say.
  const root = `arn:aws:iam::${caller.account}:root`;

  const identity = identityVerdict(caller.policies(), request);
  const named = resourcePolicy && resourceVerdict(resourcePolicy, caller.arns, request);
  const delegated = resourcePolicy && resourceVerdict(resourcePolicy, [root], request);

  const refuse = (reason: string): never => {
    throw new ServiceError(
      service === 'iam' || service === 'sts' ? 'AccessDenied' : 'AccessDeniedException',
      `User: ${caller.arn} is not authorized to perform: ${request.action} on resource: ${request.resource} ${reason}`,
      service === 'iam' || service === 'sts' ? 403 : 400,
    );
  };
  if (identity === 'Deny') refuse('with an explicit deny in an identity-based policy');
  if (named === 'Deny' || delegated === 'Deny') {
    refuse('with an explicit deny in a resource-based policy');
  }
  const [, , , , owner = caller.account] = access.resource.split(':');
  const isOutside = owner !== caller.account;
  if (named === 'Allow' && !isOutside) return;
  if (identity !== 'Allow') {
    refuse(`because no identity-based policy allows the ${request.action} action`);
  }
  const isOwnToAllow = isOutside || (resourcePolicy !== undefined && !identitiesSuffice);
  if (isOwnToAllow && named !== 'Allow' && delegated !== 'Allow') {
    refuse(`because no resource-based policy allows the ${request.action} action`);
  }
}
