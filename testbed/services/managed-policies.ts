import type { PolicyDocument } from '../policy';
import { ServiceError, text, type Call, type Input, type Operation } from '../service';

const MAX_VERSIONS = 5;

interface ManagedPolicy {
  readonly versions: Map<string, { readonly document: string; readonly created: string }>;
  readonly tags: Map<string, string>;
  defaultVersion: string;
  lastVersion: number;
}

/** Managed policies, with their versions, by ARN. */
export class ManagedPolicies {
  private readonly policies = new Map<string, ManagedPolicy>();

  /** The text of a policy that holds. */
  document(arn: string): PolicyDocument | undefined {
    const policy = this.policies.get(arn);
    const version = policy?.versions.get(policy.defaultVersion);
    return version && (JSON.parse(version.document) as PolicyDocument);
  }

  /** The calls on policies; nothing for any other. */
  operation({ action, input, caller }: Call): Operation | undefined {
    const onPolicy = (run: (policy: ManagedPolicy, arn: string) => unknown): Operation => {
      const arn = text(input, 'PolicyArn');
      return onResource(arn, () => run(this.find(arn), arn));
    };
    switch (action) {
      case 'CreatePolicy': {
        const arn = `arn:aws:iam::${caller.account}:policy/${text(input, 'PolicyName')}`;
        const operation = onResource(arn, () => this.create(arn, input));
        const isTagged = 'Tags.member.1.Key' in input;
        return isTagged
          ? { ...operation, also: [{ ...operation, action: 'TagPolicy' }] }
          : operation;
      }
      case 'GetPolicy':
        return onPolicy(({ defaultVersion }, Arn) => ({
          Policy: { Arn, DefaultVersionId: defaultVersion },
        }));
      case 'GetPolicyVersion':
        return onPolicy((policy) => ({
          PolicyVersion: describe(policy, text(input, 'VersionId'), { withDocument: true }),
        }));
      case 'ListPolicyVersions':
        return onPolicy((policy) => ({
          // The newest first, as IAM does.
          Versions: [...policy.versions.keys()].reverse().map((id) => describe(policy, id)),
          IsTruncated: false,
        }));
      case 'CreatePolicyVersion':
        return onPolicy((policy) => addVersion(policy, input));
      case 'DeletePolicyVersion':
        return onPolicy(({ versions, defaultVersion }) => {
          const id = text(input, 'VersionId');
          if (id === defaultVersion) {
            throw new ServiceError('DeleteConflict', 'Cannot delete the default version.', 409);
          }
          versions.delete(id);
        });
      case 'ListPolicyTags':
        return onPolicy(({ tags }) => ({
          Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
          IsTruncated: false,
        }));
      case 'TagPolicy':
        return onPolicy(({ tags }) => addTags(tags, input));
      default:
        return undefined;
    }
  }

  find(arn: string): ManagedPolicy {
    const policy = this.policies.get(arn);
    if (!policy) throw notFound(`Policy ${arn}`);
    return policy;
  }

  private create(arn: string, input: Input) {
    if (this.policies.has(arn)) {
      throw new ServiceError('EntityAlreadyExists', `${arn} already exists.`, 409);
    }
    const policy: ManagedPolicy = {
      versions: new Map(),
      tags: new Map(),
      defaultVersion: 'v1',
      lastVersion: 0,
    };
    addVersion(policy, input);
    addTags(policy.tags, input);
    this.policies.set(arn, policy);
    return { Policy: { Arn: arn, PolicyName: text(input, 'PolicyName'), DefaultVersionId: 'v1' } };
  }
}

export function onResource(resource: string, run: () => unknown): Operation {
  return { access: { resource, context: {} }, run };
}

export function notFound(what: string): ServiceError {
  return new ServiceError('NoSuchEntity', `${what} cannot be found.`, 404);
}

function addVersion(policy: ManagedPolicy, input: Input) {
  if (policy.versions.size >= MAX_VERSIONS) {
    throw new ServiceError('LimitExceeded', 'A managed policy can have 5 versions.', 409);
  }
  const id = `v${++policy.lastVersion}`;
  const document = text(input, 'PolicyDocument');
  policy.versions.set(id, { document, created: new Date().toISOString() });
  if (input.SetAsDefault === 'true') policy.defaultVersion = id;
  return { PolicyVersion: describe(policy, id) };
}

function describe(policy: ManagedPolicy, id: string, { withDocument = false } = {}) {
  const version = policy.versions.get(id);
  if (!version) throw notFound(`Version ${id}`);
  return {
    VersionId: id,
    IsDefaultVersion: id === policy.defaultVersion,
    CreateDate: version.created,
    ...(withDocument ? { Document: encodeURIComponent(version.document) } : {}),
  };
}

/** The parameters `Tags.member.1.Key` and `Tags.member.1.Value`, and so on. */
function addTags(tags: Map<string, string>, input: Input): void {
  for (const [name, key] of Object.entries(input)) {
    const [, value] = /^(Tags\.member\.\d+\.)Key$/.exec(name) ?? [];
    if (value !== undefined) tags.set(String(key), text(input, `${value}Value`));
  }
}
