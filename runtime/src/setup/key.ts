import { setTimeout } from 'node:timers/promises';

import {
  CreateKeyCommand,
  ScheduleKeyDeletionCommand,
  type KeyMetadata,
} from '@aws-sdk/client-kms';

import { CredstashError } from '../errors.js';
import { createAlias, describeKey, keyOfAlias } from './alias.js';
import { call, eventually, isAnswer, statement } from './calls.js';
import { applyChange, checkProperties, type Change, type Planner } from './change.js';
import { step, type Context } from './context.js';
import { enableRotation, physicalKey, planExistingKey } from './existing-key.js';
import { kmsTags, tagNotes } from './tags.js';
import type { Physical, Properties } from './template.js';
import { ALIAS_TAG, findUnfinishedKey } from './unfinished-key.js';

/** How long to wait for the alias of another run. */
const PATIENCE_MS = 3000;
const INTERVAL_MS = 250;

/** The shortest time there is (AWS, "ScheduleKeyDeletion"). */
const DELETION_DAYS = 7;

/** Plans `AWS::KMS::Key`. It is found by its alias. */
export function keyPlanner(context: Context): Planner {
  return (properties, { aliasName, logicalId }) => {
    checkProperties(properties, ['Description', 'EnableKeyRotation', 'KeyPolicy']);
    return aliasName === undefined
      ? Promise.resolve(planUnnamedKey(context, properties, logicalId))
      : new NamedKey(context, properties, aliasName).plan();
  };
}

/** Without an alias no key can be found: so it is always made. */
function planUnnamedKey(context: Context, properties: Properties, logicalId: string): Change {
  const resource = `key ${logicalId}`;
  const apply = async () => {
    const key = await createKey(context, properties, resource, {});
    if (properties.EnableKeyRotation) await enableRotation(context, resource, key.arn);
    return key;
  };
  return { action: 'create', resource, notes: [], physical: notYet(resource), apply };
}

class NamedKey {
  private readonly label: string;

  constructor(
    private readonly context: Context,
    private readonly properties: Properties,
    private readonly aliasName: string,
  ) {
    this.label = `key of ${aliasName}`;
  }

  async plan(): Promise<Change> {
    const { context, aliasName, label: resource } = this;
    const key = await keyOfAlias(context, aliasName);
    if (key) return this.planExisting(key);
    const unfinished = await findUnfinishedKey(context, aliasName, this.properties.KeyPolicy);
    if (unfinished) {
      const notes = [`${unfinished.Arn}, which was made for this alias`];
      const physical = physicalKey(unfinished);
      return { action: 'adopt', resource, notes, physical, apply: () => this.finish(physical) };
    }
    const physical = notYet(resource);
    const notes = tagNotes(context.tags);
    return { action: 'create', resource, notes, physical, apply: () => this.create() };
  }

  private async create(): Promise<Physical> {
    const { context, aliasName, label, properties } = this;
    const theirs = context.othersAtWork ? await this.waitForAlias() : undefined;
    if (theirs) return this.adopt(theirs);

    const key = await createKey(context, properties, label, { [ALIAS_TAG]: aliasName });
    if (!(await createAlias(context, aliasName, key.arn))) return this.yieldTo(key);
    if (properties.EnableKeyRotation) await enableRotation(context, label, key.arn);
    return key;
  }

  private async finish({ arn }: Physical): Promise<Physical> {
    await createAlias(this.context, this.aliasName, arn);
    return this.adopt(await this.keyOfNewAlias());
  }

  /** Another run made the alias first. If it points to another key, the one made here is not needed. */
  private async yieldTo(own: Physical): Promise<Physical> {
    const { context, aliasName } = this;
    const { kms } = context.clients;
    const theirs = await this.keyOfNewAlias();
    if (physicalKey(theirs).arn !== own.arn) {
      const telling = `Another run made ${aliasName} first: deleting the key made here, ${own.arn}, in ${DELETION_DAYS} days...`;
      const PendingWindowInDays = DELETION_DAYS;
      const command = new ScheduleKeyDeletionCommand({ KeyId: own.ref, PendingWindowInDays });
      await step(context, telling, `deletion of ${own.arn}`, () =>
        eventually('NotFoundException', () =>
          call(kms, 'kms:ScheduleKeyDeletion', own.arn, () => kms.send(command)),
        ),
      );
    }
    return this.adopt(theirs);
  }

  private async adopt(key: KeyMetadata): Promise<Physical> {
    return applyChange(await this.planExisting(key), {});
  }

  private planExisting(key: KeyMetadata): Promise<Change> {
    return planExistingKey(this.context, this.properties, this.label, key);
  }

  private async waitForAlias(): Promise<KeyMetadata | undefined> {
    const end = Date.now() + PATIENCE_MS;
    this.context.tell('Waiting for another run to make the key...');
    while (Date.now() < end) {
      const key = await keyOfAlias(this.context, this.aliasName);
      if (key) return key;
      await setTimeout(INTERVAL_MS);
    }
    return undefined;
  }

  private keyOfNewAlias(): Promise<KeyMetadata> {
    return eventually('NotFoundException', () => describeKey(this.context, this.aliasName));
  }
}

async function createKey(
  context: Context,
  { Description, KeyPolicy }: Properties,
  label: string,
  tags: Readonly<Record<string, string>>,
): Promise<Physical> {
  const { kmsOnce } = context.clients;
  const command = new CreateKeyCommand({
    Description: Description as string,
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Policy: JSON.stringify(KeyPolicy),
    Tags: kmsTags({ ...context.tags, ...tags }),
  });
  const { KeyMetadata } = await step(context, 'Creating key...', label, () =>
    call(kmsOnce, 'kms:CreateKey', '*', () => kmsOnce.send(command)).catch(explainLockout),
  );
  return physicalKey(KeyMetadata ?? {});
}

/**
 * KMS makes no key whose policy the caller could not change afterwards.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
 */
function explainLockout(error: unknown): never {
  if (!isAnswer(error, 'MalformedPolicyDocumentException')) throw error;
  throw new CredstashError(
    'ERR_ACCESS_DENIED',
    `${(error as Error).message} Who makes a key must be allowed kms:PutKeyPolicy, too. This statement would allow it: ${statement('kms:PutKeyPolicy', '*')}`,
    { cause: error },
  );
}

function notYet(resource: string): Physical {
  return { ref: resource, arn: resource };
}
