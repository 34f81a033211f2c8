import { call } from '../aws/call.js';
import { patientClients, type Clients, type Place } from './clients.js';
import { PATIENCE, type Patience } from './patience.js';

export type Tags = Readonly<Record<string, string>>;

export interface RunOptions {
  /** The tags of everything that is created. */
  readonly tags: Tags;
  /** Called with each step as it begins. */
  readonly tell: (step: string) => void;
  readonly patience: Patience;
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
  { tags = {}, tell = () => undefined, patience = PATIENCE }: Partial<RunOptions> = {},
): Promise<Run> {
  const { dynamodb, kms, sts, timeout } = clients;
  const whoAmI = () => sts.getCallerIdentity({});
  const identity = await call(sts, 'sts:GetCallerIdentity', '*', whoAmI, { timeout });
  const { Arn: caller = '', Account: account = '' } = identity;
  const [, partition = ''] = caller.split(':');
  const region = await dynamodb.config.region();
  const place = { partition, account, region, kmsRegion: await kms.config.region() };
  const patient = patientClients(clients, place, patience);
  return { ...patient, ...place, tags, tell, patience, caller, made: [] };
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
