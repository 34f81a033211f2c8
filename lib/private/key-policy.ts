import * as iam from 'aws-cdk-lib/aws-iam';
import { BOUND_NAME, BOUND_VERSION } from './scope';
import { Conditions } from './conditions';

/** A key that was used in so many days can't be deleted. */
const DAYS_WITHOUT_USE = 90;

/** What makes data keys, and so must bind them. */
const SEALING = ['kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncryptTo'];

/** What opens data keys. */
const OPENING = ['kms:Decrypt', 'kms:ReEncryptFrom'];

/**
 * Statements that refuse data keys which aren't bound to a name and a version.
 *
 * @param andOpening Refuse to open them, too.
 */
export function refuseUnbound({ andOpening }: { andOpening: boolean }): iam.PolicyStatement[] {
  const actions = andOpening ? [...SEALING, ...OPENING] : SEALING;
  return [BOUND_NAME, BOUND_VERSION].map((key) =>
    // No key of the context is exactly this one. `kms:EncryptionContext:` would ignore case.
    deny(actions, { 'ForAllValues:StringNotEquals': { 'kms:EncryptionContextKeys': key } }),
  );
}

/**
 * A statement that keeps a key from being deleted or disabled.
 *
 * @param breakGlass Who alone may do so; if undefined, anybody with the permission may, once the key
 * was unused for 90 days.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
 */
export function refuseDeletion(breakGlass: iam.IRole | undefined): iam.PolicyStatement {
  return deny(
    ['kms:ScheduleKeyDeletion', 'kms:DisableKey'],
    breakGlass
      ? { ArnNotEquals: { 'aws:PrincipalArn': breakGlass.roleArn } }
      : { NumericLessThanEquals: { 'kms:TrailingDaysWithoutKeyUsage': DAYS_WITHOUT_USE } },
  );
}

function deny(actions: string[], conditions: Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions,
    resources: ['*'],
    principals: [new iam.AnyPrincipal()],
    conditions,
  });
}
