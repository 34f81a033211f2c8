import { ACCOUNT, LocalAws, type Target } from '../../../testbed/index.js';
import { assumeRole } from '../../../testbed/stand-up.js';
import { COMPARTMENT_TEMPLATE } from '../../../testbed/test-aws.js';
import { withNotes, type Change } from '../../src/setup/change.js';
import { createClients, type Clients } from '../../src/setup/clients.js';
import type { Patience } from '../../src/setup/patience.js';
import { planSetup, type SetupRequest } from '../../src/setup/setup.js';

export const REGION = 'us-east-1';

export const NAMES = {
  KeyAlias: 'alias/credstash',
  TableName: 'credential-store',
  ReadPolicyName: 'credstash-read-secrets',
  WritePolicyName: 'credstash-write-secrets',
};

/** The embedded AWS is quick: so nothing is waited for as long as in production. */
export const IMPATIENT: Patience = {
  intervalMs: 10,
  consistencyMs: 1000,
  otherRunMs: 100,
  tableMs: 5000,
};

/** The plan for a compartment that is as it should be. */
export const UNCHANGED = [
  'unchanged table credential-store',
  'unchanged key of alias/credstash',
  'unchanged alias alias/credstash',
  'unchanged policy credstash-read-secrets',
  'unchanged policy credstash-write-secrets',
];

export const policyArn = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;

/** An account in which there is nothing. */
export class BareAws {
  private constructor(
    readonly aws: LocalAws,
    readonly target: Target,
    readonly clients: Clients,
  ) {}

  static async start(): Promise<BareAws> {
    const aws = await LocalAws.start();
    const target = { endpoint: aws.endpoint, region: REGION, credentials: aws.admin };
    return new BareAws(aws, target, createClients(target));
  }

  /** The environment of a process that calls as the administrator. */
  get env(): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL: this.aws.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: this.aws.admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.aws.admin.secretAccessKey,
    };
  }

  /** Clients of another process, which call as the administrator, too. */
  newClients(): Clients {
    return createClients(this.target);
  }

  /** Clients that call as a role. */
  async clientsOf(role: string): Promise<Clients> {
    const env = await assumeRole(this.target, role);
    const credentials = {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    };
    return createClients({ ...this.target, credentials });
  }

  /** Plan a compartment, the default one unless the request says otherwise. */
  plan(request: Partial<SetupRequest> = {}, clients = this.clients) {
    const defaults = { parameters: NAMES, readers: [], writers: [], patience: IMPATIENT };
    return planSetup(COMPARTMENT_TEMPLATE, { ...defaults, ...request }, clients);
  }

  /** Make a compartment, and give what was planned and told. */
  async setUp(request: Partial<SetupRequest> = {}, clients = this.clients) {
    const told: string[] = [];
    const plan = await this.plan({ tell: (line) => told.push(line), ...request }, clients);
    await plan.apply();
    return { plan: words(plan.changes), told };
  }

  /** Expect that a compartment is refused, and nothing changed. */
  async expectRefusal(code: string, message: RegExp, request: Partial<SetupRequest> = {}) {
    this.takeCalls();
    await expect(this.setUp(request)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(this.takeChanges()).toEqual([]);
  }

  /** What was called since the last time. */
  takeCalls(): string[] {
    return this.aws.requests.splice(0).map(({ call }) => call);
  }

  /** The calls since the last time that do more than look. */
  takeChanges(): string[] {
    return this.takeCalls().filter((call) => !/^sts:|:(Describe|Get|List)/.test(call));
  }
}

/** Changes as they are shown. */
export function words(changes: readonly Change[]): string[] {
  return changes.map(({ action, resource, notes, deviations = [] }) =>
    withNotes(`${action} ${resource}`, [...notes, ...deviations]),
  );
}
