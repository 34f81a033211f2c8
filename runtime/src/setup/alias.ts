import { CreateAliasCommand, DescribeKeyCommand, type KeyMetadata } from '@aws-sdk/client-kms';

import { call, eventually, isAnswer, unless } from './calls.js';
import { checkProperties, type Planner } from './change.js';
import { step, type Context } from './context.js';
import type { Properties } from './template.js';

/** Plans `AWS::KMS::Alias`. One that exists is left where it points. */
export function aliasPlanner(context: Context): Planner {
  return async (properties) => {
    checkProperties(properties, ['AliasName', 'TargetKeyId']);
    const name = properties.AliasName as string;
    const resource = `alias ${name}`;
    const physical = { ref: name, arn: aliasArn(context, name) };
    if (await keyOfAlias(context, name)) {
      return { action: 'unchanged', resource, notes: [], physical };
    }
    const apply = async ({ TargetKeyId }: Properties) => {
      // A key that is made for an alias is given it at once.
      if (!context.aliasesMade.has(name)) await createAlias(context, name, TargetKeyId as string);
      return physical;
    };
    return { action: 'create', resource, notes: [], physical, apply };
  };
}

/** The key that an alias points to, or nothing, if there is no such alias. */
export function keyOfAlias(context: Context, name: string): Promise<KeyMetadata | undefined> {
  return unless('NotFoundException', describeKey(context, name));
}

/** @param KeyId An alias, or the ARN of a key. */
export async function describeKey(context: Context, KeyId: string): Promise<KeyMetadata> {
  const { kms } = context.clients;
  const resource = KeyId.startsWith('alias/') ? keyArn(context, '*') : KeyId;
  const { KeyMetadata } = await call(kms, 'kms:DescribeKey', resource, () =>
    kms.send(new DescribeKeyCommand({ KeyId })),
  );
  if (!KeyMetadata) throw new Error('KMS answered without a key');
  return KeyMetadata;
}

/**
 * Let an alias point to a key, unless there is such an alias: KMS lets one of many callers win.
 *
 * @param TargetKeyId The ARN of the key.
 * @returns Whether it was made.
 */
export async function createAlias(
  context: Context,
  AliasName: string,
  TargetKeyId: string,
): Promise<boolean> {
  const { kms } = context.clients;
  const command = new CreateAliasCommand({ AliasName, TargetKeyId });
  const resources = [aliasArn(context, AliasName), TargetKeyId];
  try {
    await step(context, `Creating alias ${AliasName}...`, `alias ${AliasName}`, () =>
      eventually('NotFoundException', () =>
        call(kms, 'kms:CreateAlias', resources, () => kms.send(command)),
      ),
    );
  } catch (error) {
    if (isAnswer(error, 'AlreadyExistsException')) return false;
    throw error;
  }
  context.aliasesMade.add(AliasName);
  return true;
}

export function keyArn(context: Context, id: string): string {
  const { partition, kmsRegion, account } = context;
  return `arn:${partition}:kms:${kmsRegion}:${account}:key/${id}`;
}

function aliasArn({ partition, kmsRegion, account }: Context, name: string): string {
  return `arn:${partition}:kms:${kmsRegion}:${account}:${name}`;
}
