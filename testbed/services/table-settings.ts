import type { PolicyDocument } from '../policy';
import { ServiceError, text, type Input } from '../service';

interface Settings {
  readonly tags: Map<string, string>;
  /** When the table is made, in milliseconds of the clock. */
  readonly readyAt: number;
  isProtected: boolean;
  isRecoverable: boolean;
  resourcePolicy?: PolicyDocument;
}

type Tags = readonly { readonly Key: string; readonly Value: string }[];

/**
 * What dynalite knows nothing of: backups, deletion protection, resource policies, and tags with the
 * ARNs of accounts.
 */
export class TableSettings {
  private readonly tables = new Map<string, Settings>();

  create(arn: string, input: Input, milliseconds: number): void {
    const isProtected = input.DeletionProtectionEnabled === true;
    const readyAt = Date.now() + milliseconds;
    const settings: Settings = { tags: new Map(), readyAt, isProtected, isRecoverable: false };
    addTags(settings, input);
    this.tables.set(arn, settings);
  }

  description(arn: string) {
    return { TableArn: arn, DeletionProtectionEnabled: this.tables.get(arn)?.isProtected };
  }

  resourcePolicy(arn: string): PolicyDocument | undefined {
    return this.tables.get(arn)?.resourcePolicy;
  }

  /** The answer to a call that only changes or tells settings; nothing for any other. */
  answer(action: string, arn: string, input: Input): (() => unknown) | undefined {
    switch (action) {
      case 'UpdateTable':
        return () => {
          this.find(arn).isProtected = input.DeletionProtectionEnabled === true;
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
      case 'ListTagsOfResource':
        return () => ({ Tags: [...this.find(arn).tags].map(([Key, Value]) => ({ Key, Value })) });
      case 'TagResource':
        return () => addTags(this.find(arn), input);
      case 'GetResourcePolicy':
        return () => ({ Policy: JSON.stringify(this.find(arn).resourcePolicy) });
      case 'PutResourcePolicy':
        return () => {
          this.find(arn).resourcePolicy = JSON.parse(text(input, 'Policy')) as PolicyDocument;
        };
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

  private find(arn: string): Settings {
    const settings = this.tables.get(arn);
    if (settings && Date.now() >= settings.readyAt) return settings;
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: ${arn}`);
  }
}

function addTags({ tags }: Settings, { Tags }: Input): void {
  for (const { Key, Value } of (Tags ?? []) as Tags) tags.set(Key, Value);
}
