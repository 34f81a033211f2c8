import type { PolicyDocument } from '../policy';
import { ServiceError, type Input } from '../service';

interface Settings {
  readonly tags: Map<string, string>;
  /** When the table is made, in milliseconds of the clock. */
  readonly readyAt: number;
  /** What its description says of it. */
  description: object;
  isRecoverable: boolean;
  timeToLive: Input;
}

type Tags = readonly { readonly Key: string; readonly Value: string }[];

/**
 * What dynalite knows nothing of: backups, deletion protection, streams, replicas, encryption,
 * expiry, resource policies, and tags with the ARNs of accounts.
 */
export class TableSettings {
  private readonly tables = new Map<string, Settings>();
  /** By the ARN of the table or stream. */
  private readonly policies = new Map<string, string>();

  create(arn: string, input: Input, milliseconds: number): void {
    const settings: Settings = {
      tags: new Map(),
      readyAt: Date.now() + milliseconds,
      description: description(arn, input),
      isRecoverable: false,
      timeToLive: {},
    };
    addTags(settings, input);
    this.tables.set(arn, settings);
  }

  description(arn: string) {
    return { TableArn: arn, ...this.tables.get(arn)?.description };
  }

  resourcePolicy(arn: string): PolicyDocument | undefined {
    const policy = this.policies.get(arn);
    return policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
  }

  /** The answer to a call that only changes or tells settings; nothing for any other. */
  answer(action: string, arn: string, input: Input): (() => unknown) | undefined {
    switch (action) {
      case 'UpdateTable':
        return () => {
          Object.assign(this.find(arn).description, description(arn, input));
          return { TableDescription: { TableStatus: 'ACTIVE' } };
        };
      case 'DescribeContinuousBackups':
        return () => this.backups(arn);
      case 'UpdateContinuousBackups':
        return () => {
          const wanted = input.PointInTimeRecoverySpecification as Input;
          this.find(arn).isRecoverable = wanted.PointInTimeRecoveryEnabled === true;
          return this.backups(arn);
        };
      case 'DescribeTimeToLive':
        return () => ({ TimeToLiveDescription: this.find(arn).timeToLive });
      case 'UpdateTimeToLive':
        return () => {
          const { AttributeName, Enabled } = input.TimeToLiveSpecification as Input;
          const TimeToLiveStatus = Enabled === true ? 'ENABLED' : 'DISABLED';
          this.find(arn).timeToLive = { AttributeName, TimeToLiveStatus };
        };
      case 'GetResourcePolicy':
        return () => {
          this.find(arn);
          const Policy = this.policies.get(arn);
          if (Policy !== undefined) return { Policy };
          throw new ServiceError('PolicyNotFoundException', `No resource policy of ${arn}`);
        };
      case 'PutResourcePolicy':
        return () => void this.policies.set(arn, String(input.Policy));
      case 'ListTagsOfResource':
        return () => ({ Tags: [...this.find(arn).tags].map(([Key, Value]) => ({ Key, Value })) });
      case 'TagResource':
        return () => addTags(this.find(arn), input);
      default:
        return undefined;
    }
  }

  private backups(arn: string) {
    const status = this.find(arn).isRecoverable ? 'ENABLED' : 'DISABLED';
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status },
      },
    };
  }

  /** @param arn Of the table, or of its stream. */
  private find(arn: string): Settings {
    const settings = this.tables.get(arn.replace(/\/stream\/.*$/, ''));
    if (settings && Date.now() >= settings.readyAt) return settings;
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: ${arn}`);
  }
}

/** What DescribeTable tells of what CreateTable or UpdateTable asked for. */
function description(arn: string, input: Input): object {
  const { DeletionProtectionEnabled, StreamSpecification, SSESpecification, ReplicaUpdates } =
    input;
  const LatestStreamArn = `${arn}/stream/2026-01-01T00:00:00.000`;
  const { KMSMasterKeyId: KMSMasterKeyArn } = (SSESpecification ?? {}) as Input;
  const replicas = (ReplicaUpdates ?? []) as readonly { readonly Create: object }[];
  return {
    ...(DeletionProtectionEnabled === undefined ? {} : { DeletionProtectionEnabled }),
    ...(StreamSpecification ? { StreamSpecification, LatestStreamArn } : {}),
    ...(SSESpecification ? { SSEDescription: { SSEType: 'KMS', KMSMasterKeyArn } } : {}),
    ...(ReplicaUpdates ? { Replicas: replicas.map(({ Create }) => Create) } : {}),
  };
}

function addTags({ tags }: Settings, { Tags }: Input): void {
  for (const { Key, Value } of (Tags ?? []) as Tags) tags.set(Key, Value);
}
