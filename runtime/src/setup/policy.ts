import { isAnswer } from '../aws/call.js';
import { CredstashError } from '../errors.js';
import { changeOfExisting, type Change } from './change.js';
import { arnOf, regionOf } from './clients.js';
import { eventually, poll, unless } from './patience.js';
import type { PolicyProperties } from './resources.js';
import { step, type Run, type Tags } from './run.js';
import { awsTags, tagNotes, tagShortfalls, tagsOf } from './tags.js';
import { canonical } from './trust.js';

/** A managed policy has at most this many versions (AWS, "IAM and AWS STS quotas"). */
const MAX_VERSIONS = 5;

export interface PolicyChange extends Change {
  /** The name that it has, or will have. */
  readonly name: string;
}

/**
 * Plan the change of a managed policy. If the policy of that name is for another region, the name
 * gets the region as its ending: IAM's names are global to the account.
 *
 * @throws ERR_POLICY_TAKEN if the policy of this name is for another table or key
 */
export async function planPolicy(run: Run, wanted: PolicyProperties): Promise<PolicyChange> {
  const { ManagedPolicyName: name } = wanted;
  const existing = await readPolicy(run, arnOfPolicy(run, wanted));
  const ending = `-${run.region}`;
  const elsewhere = existing && tableElsewhere(run, existing.document);
  if (elsewhere !== undefined && !name.endsWith(ending)) {
    const change = await planPolicy(run, { ...wanted, ManagedPolicyName: `${name}${ending}` });
    return { ...change, deviations: [`policy ${name} is kept, which is for ${elsewhere}`] };
  }
  if (existing) return { ...(await planExisting(run, wanted, existing)), name };
  const apply = () => createPolicy(run, wanted);
  return { action: 'create', resource: label(wanted), notes: tagNotes(run.tags), apply, name };
}

async function createPolicy(run: Run, wanted: PolicyProperties): Promise<void> {
  const { ManagedPolicyName: PolicyName, Path, Description } = wanted;
  const PolicyDocument = JSON.stringify(wanted.PolicyDocument);
  const input = { PolicyName, Path, Description, PolicyDocument, Tags: awsTags(run.tags) };
  try {
    const telling = `Creating ${label(wanted)}...`;
    await step(run, telling, label(wanted), () => run.iam.createPolicy(input));
  } catch (error) {
    if (!isAnswer(error, 'EntityAlreadyExistsException')) throw error;
    const look = () => readPolicy(run, arnOfPolicy(run, wanted));
    const theirs = await poll(look, run.patience, run.patience.consistencyMs);
    if (!theirs) throw taken(wanted, 'has another path');
    await (await planPolicy(run, wanted)).apply?.();
  }
}

/** A policy that exists. */
interface Existing {
  readonly PolicyArn: string;
  readonly version: string | undefined;
  readonly document: unknown;
}

async function readPolicy(run: Run, PolicyArn: string): Promise<Existing | undefined> {
  const found = await unless('NoSuchEntityException', run.iam.getPolicy({ PolicyArn }));
  if (!found) return undefined;
  const VersionId = found.Policy?.DefaultVersionId;
  const { PolicyVersion } = await run.iam.getPolicyVersion({ PolicyArn, VersionId });
  const document = decodeURIComponent(PolicyVersion?.Document ?? '{}');
  return { PolicyArn, version: VersionId, document: JSON.parse(document) as unknown };
}

async function planExisting(
  run: Run,
  wanted: PolicyProperties,
  { PolicyArn, version, document }: Existing,
): Promise<Change> {
  const isSame = canonical(withoutBinding(document)) === canonical(wanted.PolicyDocument);
  if (!isSame) checkOwnership(wanted, document);
  const list = async () => tagsOf((await run.iam.listPolicyTags({ PolicyArn })).Tags);
  const add = (tags: Tags) => run.iam.tagPolicy({ PolicyArn, Tags: awsTags(tags) });
  const untagged = await tagShortfalls(run, label(wanted), list, add);
  if (isSame) return changeOfExisting(label(wanted), untagged);
  const note = `its text is replaced by a new version; ${version} is kept`;
  const shortfalls = [{ note, mend: () => replacePolicy(run, wanted) }, ...untagged];
  return { ...changeOfExisting(label(wanted), shortfalls), action: 'drifted' };
}

/** A policy of a compartment that binds names requires the pairs, too. It is as good as one without. */
function withoutBinding(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document), (key, value: unknown) =>
    (key.startsWith('kms:EncryptionContext:credstash:') && value === 'false') || isEmpty(value)
      ? undefined
      : value,
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/**
 * Only a policy for this table and this key alone is replaced: its holders lose nothing.
 *
 * @throws ERR_POLICY_TAKEN
 */
function checkOwnership(wanted: PolicyProperties, document: unknown): void {
  const own = tablesAndKeys(wanted.PolicyDocument);
  const named = tablesAndKeys(document);
  const foreign = named.find((arn) => !own.includes(arn));
  if (foreign?.includes(':kms:')) {
    throw taken(
      wanted,
      `lets its holders use ${foreign}, which is not the key of this alias: they would lose what it sealed. Let the alias point to it (aws kms create-alias, or update-alias), or choose the alias that does`,
    );
  }
  if (foreign !== undefined || !named.some((arn) => arn.includes(':table/'))) {
    throw taken(
      wanted,
      `is for ${foreign ?? 'something else'}, and IAM's names are global to the account. Give the policies other names`,
    );
  }
}

/** The table of another region of the account that a policy is for, if it is for no other. */
function tableElsewhere({ region, account }: Run, document: unknown): string | undefined {
  const tables = tablesAndKeys(document).filter((arn) => arn.includes(':table/'));
  const isElsewhere = (arn: string) => arn.split(':')[4] === account && regionOf(arn) !== region;
  return tables.every(isElsewhere) ? tables[0] : undefined;
}

function tablesAndKeys(document: unknown): string[] {
  const text = JSON.stringify(document);
  return text.match(/arn:[\w-]+:(dynamodb:[^"/]*:table\/[^"/]+|kms:[^"/]*:key\/[^"]+)/g) ?? [];
}

async function replacePolicy(run: Run, wanted: PolicyProperties): Promise<void> {
  const PolicyArn = arnOfPolicy(run, wanted);
  const PolicyDocument = JSON.stringify(wanted.PolicyDocument);
  const input = { PolicyArn, PolicyDocument, SetAsDefault: true };
  const replace = async () => {
    await makeRoom(run, wanted);
    const telling = `Creating a new version of ${label(wanted)}...`;
    return step(run, telling, label(wanted), () => run.iam.createPolicyVersion(input));
  };
  // Another run may take the room.
  await eventually('LimitExceededException', replace, run.patience);
}

/** Remove the oldest version, if there can be no other. */
async function makeRoom(run: Run, wanted: PolicyProperties): Promise<void> {
  const PolicyArn = arnOfPolicy(run, wanted);
  const { Versions = [] } = await run.iam.listPolicyVersions({ PolicyArn });
  if (Versions.length < MAX_VERSIONS) return;
  const number = (version = '') => Number(version.slice(1));
  const [VersionId] = Versions.filter((each) => !each.IsDefaultVersion)
    .map((each) => each.VersionId)
    .sort((a, b) => number(a) - number(b));
  const telling = `Removing ${VersionId}, the oldest of ${MAX_VERSIONS} versions, of ${label(wanted)}...`;
  const removal = step(run, telling, label(wanted), () =>
    run.iam.deletePolicyVersion({ PolicyArn, VersionId }),
  );
  await unless('NoSuchEntityException', removal);
}

function label({ ManagedPolicyName }: PolicyProperties): string {
  return `policy ${ManagedPolicyName}`;
}

function arnOfPolicy(run: Run, { Path, ManagedPolicyName }: PolicyProperties): string {
  return arnOf(run, 'iam', `policy${Path}${ManagedPolicyName}`);
}

function taken(wanted: PolicyProperties, reason: string): CredstashError {
  return new CredstashError('ERR_POLICY_TAKEN', `The ${label(wanted)} ${reason}.`);
}
