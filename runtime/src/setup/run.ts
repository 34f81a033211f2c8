import { call } from '../aws/call.js';
import type { Clients, Place } from './clients.js';
import { PATIENCE, type Patience } from './patience.js';
import { patientClients } from './patient-clients.js';

export type Tags = Readonly<Record<string, string>>;

export interface RunOptions {
  /** The ARNs of keys and tables to take although others can use them. */
  readonly adopt: readonly string[];
  /** The tags of everything that is created. */
  readonly tags: Tags;
  /** Called with each step as it begins. */
  readonly tell: (step: string) => void;
  readonly patience: Patience;
  /** Milliseconds for a call with all its retries; 30 seconds if undefined. */
  readonly timeout: number | undefined;
}

/** One run of setup: its clients, where it works, and what it has done. */
export interface Run extends Clients, Place, RunOptions {
  /** The ARN of the caller. */
  readonly caller: string;
  /** What was created or changed so far. */
  readonly made: string[];
}

export async function startRun(
  clients: Clients,
  {
    adopt = [],
    tags = {},
    tell = () => undefined,
    patience = PATIENCE,
    timeout,
  }: Partial<RunOptions> = {},
): Promise<Run> {
  const { dynamodb, kms, sts } = clients;
  const whoAmI = (options: object) => sts.getCallerIdentity({}, options);
  const identity = await call(sts, 'sts:GetCallerIdentity', '*', whoAmI, { timeout });
  const { Arn: caller = '', Account: account = '' } = identity;
  const [, partition = ''] = caller.split(':');
  const region = await dynamodb.config.region();
  const place = { partition, account, region, kmsRegion: await kms.config.region() };
  const patient = patientClients(clients, place, patience, timeout);
  return { ...patient, ...place, adopt, tags, tell, patience, timeout, caller, made: [] };
}

/**
 * Do one step that changes something, and record what it made.
 *
 * @param made For people, for example `table credential-store`.
 */
export async function step<T>(
  run: Run,
  telling: string,
  made: string,
  change: () => Promise<T>,
): Promise<T> {
  run.tell(telling);
  const result = await change();
  run.made.push(made);
  return result;
}
