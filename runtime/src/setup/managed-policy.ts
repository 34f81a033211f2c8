import { isDeepStrictEqual } from 'node:util';

import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  TagPolicyCommand,
  type IAMClient,
  type Policy,
} from '@aws-sdk/client-iam';

import { CredstashError } from '../errors.js';
import { call, eventually, isAnswer, unless } from './calls.js';
import { changeOfExisting, checkProperties, type Change, type Planner } from './change.js';
import { step, type Context } from './context.js';
import { awsTags, tagNotes, tagShortfalls, type Tags } from './tags.js';
import type { Physical, Properties } from './template.js';

/** A managed policy has at most so many versions (AWS, "IAM and AWS STS quotas"). */
const MAX_VERSIONS = 5;

/** Plans `AWS::IAM::ManagedPolicy`. */
export function managedPolicyPlanner(context: Context): Planner {
  return (properties) => new ManagedPolicy(context, properties).plan();
}

class ManagedPolicy {
  private readonly name: string;
  private readonly physical: Physical;
  private readonly label: string;

  constructor(
    private readonly context: Context,
    private readonly properties: Properties,
  ) {
    checkProperties(properties, ['Description', 'ManagedPolicyName', 'Path', 'PolicyDocument']);
    this.name = properties.ManagedPolicyName as string;
    const { partition, account } = context;
    const arn = `arn:${partition}:iam::${account}:policy${properties.Path as string}${this.name}`;
    this.physical = { ref: arn, arn };
    this.label = `policy ${this.name}`;
  }

  async plan(): Promise<Change> {
    const { physical, label: resource } = this;
    const policy = await unless('NoSuchEntityException', this.find());
    if (!policy) {
      const apply = (properties: Properties) => this.create(properties);
      const notes = tagNotes(this.context.tags);
      return { action: 'create', resource, notes, physical, apply };
    }
    const document = await this.document(policy);
    if (isDeepStrictEqual(document, this.properties.PolicyDocument)) {
      return changeOfExisting(resource, physical, await this.untagged(), []);
    }
    this.checkOwnership(document, this.properties.PolicyDocument);
    const notes = [`its text is replaced by a new version; ${policy.DefaultVersionId} is kept`];
    const apply = (properties: Properties) => this.replace(properties);
    return { action: 'drifted', resource, notes, physical, apply };
  }

  private async create({ Description, Path, PolicyDocument }: Properties): Promise<Physical> {
    const { tags } = this.context;
    const command = new CreatePolicyCommand({
      PolicyName: this.name,
      Path: Path as string,
      Description: Description as string,
      PolicyDocument: JSON.stringify(PolicyDocument),
      ...(Object.keys(tags).length > 0 ? { Tags: awsTags(tags) } : {}),
    });
    try {
      await this.change('Creating', 'CreatePolicy', (client) => client.send(command));
      return this.physical;
    } catch (error) {
      if (!isAnswer(error, 'EntityAlreadyExistsException')) throw error;
      return this.replace({ PolicyDocument }).catch((cause: unknown) => {
        throw isAnswer(cause, 'NoSuchEntityException') ? this.taken('has another path') : cause;
      });
    }
  }

  /** Make a new version the default one, unless the text is what it should be. */
  private async replace({ PolicyDocument }: Properties): Promise<Physical> {
    const policy = await eventually('NoSuchEntityException', () => this.find());
    const document = await this.document(policy);
    if (isDeepStrictEqual(document, PolicyDocument)) return this.physical;
    this.checkOwnership(document, PolicyDocument);
    const PolicyArn = this.physical.arn;
    const command = new CreatePolicyVersionCommand({
      PolicyArn,
      PolicyDocument: JSON.stringify(PolicyDocument),
      SetAsDefault: true,
    });
    // Another run may take the room.
    await eventually('LimitExceededException', async () => {
      await this.makeRoom();
      await this.change('Creating a new version of', 'CreatePolicyVersion', (client) =>
        client.send(command),
      );
    });
    for (const { mend } of await this.untagged()) await mend();
    return this.physical;
  }

  private async makeRoom(): Promise<void> {
    const PolicyArn = this.physical.arn;
    const list = new ListPolicyVersionsCommand({ PolicyArn });
    const { Versions = [] } = await this.call('ListPolicyVersions', (client) => client.send(list));
    if (Versions.length < MAX_VERSIONS) return;
    const number = (version = '') => Number(version.slice(1));
    const [oldest] = Versions.filter((each) => !each.IsDefaultVersion)
      .map(({ VersionId }) => VersionId)
      .sort((a, b) => number(a) - number(b));
    const remove = new DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest });
    const doing = `Removing ${oldest}, the oldest of ${MAX_VERSIONS} versions, of`;
    await unless(
      'NoSuchEntityException',
      this.change(doing, 'DeletePolicyVersion', (client) => client.send(remove)),
    );
  }

  /**
   * A policy is replaced only if it is of this table and this key alone: its holders lose nothing.
   *
   * @throws ERR_POLICY_TAKEN
   */
  private checkOwnership(document: unknown, wanted: unknown): void {
    const own = tablesAndKeys(wanted);
    const named = tablesAndKeys(document);
    const foreign = named.find((arn) => !own.includes(arn));
    if (foreign?.includes(':kms:')) {
      throw this.taken(
        `lets its holders use ${foreign}, which is not the key of this alias: what that sealed would be lost to them. Let the alias point to it (aws kms create-alias, or update-alias), or give the alias that does with --key`,
      );
    }
    if (foreign !== undefined || !named.some((arn) => arn.includes(':table/'))) {
      throw this.taken(
        `is for ${foreign ?? 'something else'}, and IAM's names are global to the account. Give another name with --read-policy and --write-policy, or --compartment`,
      );
    }
  }

  private taken(reason: string): CredstashError {
    return new CredstashError('ERR_POLICY_TAKEN', `The ${this.label} ${reason}.`);
  }

  private async find(): Promise<Policy> {
    const command = new GetPolicyCommand({ PolicyArn: this.physical.arn });
    const { Policy = {} } = await this.call('GetPolicy', (client) => client.send(command));
    return Policy;
  }

  private async document({ DefaultVersionId }: Policy): Promise<unknown> {
    const PolicyArn = this.physical.arn;
    const command = new GetPolicyVersionCommand({ PolicyArn, VersionId: DefaultVersionId });
    const { PolicyVersion } = await this.call('GetPolicyVersion', (client) => client.send(command));
    return JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? '{}')) as unknown;
  }

  private untagged() {
    const PolicyArn = this.physical.arn;
    const list = async (): Promise<Tags> => {
      const command = new ListPolicyTagsCommand({ PolicyArn });
      const { Tags = [] } = await this.call('ListPolicyTags', (client) => client.send(command));
      return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    };
    const add = (tags: Tags) => {
      const command = new TagPolicyCommand({ PolicyArn, Tags: awsTags(tags) });
      return this.change('Adding tags to', 'TagPolicy', (client) => client.send(command));
    };
    return tagShortfalls(this.context.tags, list, add);
  }

  private change<T>(doing: string, operation: string, send: (client: IAMClient) => Promise<T>) {
    const telling = `${doing} ${this.label}...`;
    return step(this.context, telling, this.label, () => this.call(operation, send));
  }

  private call<T>(operation: string, send: (client: IAMClient) => Promise<T>) {
    const { iam } = this.context.clients;
    return call(iam, `iam:${operation}`, this.physical.arn, () => send(iam));
  }
}

function tablesAndKeys(document: unknown): string[] {
  const text = JSON.stringify(document);
  return text.match(/arn:[\w-]+:(dynamodb:[^"/]*:table\/[^"/]+|kms:[^"/]*:key\/[^"]+)/g) ?? [];
}
