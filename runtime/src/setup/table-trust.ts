import type { DynamoDB, TableDescription } from '@aws-sdk/client-dynamodb';

import { arnOf } from './clients.js';
import { unless } from './patience.js';
import type { TableProperties } from './resources.js';
import type { Run } from './run.js';
import { kept, policyDeviations, type Deviation, type ResourcePolicy } from './trust.js';

/** In what a table is not as setup makes it. */
export async function tableDeviations(
  run: Run,
  wanted: TableProperties,
  table: TableDescription,
): Promise<Deviation[]> {
  const { TableName } = wanted;
  const { BillingModeSummary, LatestStreamArn, Replicas = [], SSEDescription } = table;
  const arn = arnOf(run, 'dynamodb', `table/${TableName}`);
  const found = await accessDeviations(run, run.dynamodb, arn, 'its');

  if (LatestStreamArn !== undefined && table.StreamSpecification?.StreamEnabled) {
    found.push(kept(`its stream ${LatestStreamArn} is kept, which tells of every change`));
    const ofStream = await accessDeviations(run, run.dynamodb, LatestStreamArn, "its stream's");
    found.push(...ofStream);
  }
  const expiring = await expiryAttribute(run, TableName);
  if (expiring !== undefined) {
    found.push(kept(`its time to live is kept: DynamoDB deletes items by their ${expiring}`));
  }
  for (const { RegionName: region = '' } of Replicas) {
    if (region === run.region) continue;
    const replica = arnOf({ ...run, region }, 'dynamodb', `table/${TableName}`);
    found.push(kept(`its replica ${replica} is kept`));
    const { dynamodb } = run.inRegion(region);
    found.push(...(await accessDeviations(run, dynamodb, replica, `${replica}: its`)));
  }
  if (SSEDescription?.KMSMasterKeyArn !== undefined) {
    found.push(kept(`its encryption under ${SSEDescription.KMSMasterKeyArn} is kept`));
  }
  const billing = BillingModeSummary?.BillingMode ?? 'PROVISIONED';
  if (billing !== wanted.BillingMode) found.push(kept(`its billing, ${billing}, is kept`));
  return found;
}

/** @param ResourceArn A table or a stream. */
async function accessDeviations(
  run: Run,
  dynamodb: DynamoDB,
  ResourceArn: string,
  its: string,
): Promise<Deviation[]> {
  const answer = dynamodb.getResourcePolicy({ ResourceArn });
  const found = await unless('PolicyNotFoundException', answer);
  const policy = JSON.parse(found?.Policy ?? '{}') as ResourcePolicy;
  return policyDeviations(run, `${its} policy`, policy);
}

/** The attribute that says when an item expires, if items do. */
async function expiryAttribute(run: Run, TableName: string): Promise<string | undefined> {
  const { TimeToLiveDescription = {} } = await run.dynamodb.describeTimeToLive({ TableName });
  const { AttributeName, TimeToLiveStatus = 'DISABLED' } = TimeToLiveDescription;
  return ['ENABLED', 'ENABLING'].includes(TimeToLiveStatus) ? AttributeName : undefined;
}
