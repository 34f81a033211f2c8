import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

import { runCli, type Outcome } from '../../../demo/cli.js';
import { role, standardCompartment, startSynthesized } from '../../../testbed/synthesized-aws.js';
import type { TestAws } from '../../../testbed/test-aws.js';
import { Credstash } from '../../src/index.js';
import { line } from './doctor-lines.js';

const KEY = 'ok  key       alias/credstash';

let aws: TestAws;

beforeEach(async () => {
  aws = await startSynthesized((stack) => {
    const compartment = standardCompartment(stack);
    const informed = role(stack, 'informed-reader');
    compartment.grantRead(informed);
    const actions = ['kms:DescribeKey', 'kms:GetKeyLastUsage'];
    informed.addToPolicy(new PolicyStatement({ actions, resources: ['*'] }));
  });
});
afterEach(() => aws.aws.stop());

/** Run it as a role, or else as the administrator. */
async function doctor(identity?: string): Promise<Outcome> {
  return runCli(['doctor', '--expect', 'read'], await aws.env(identity));
}

test('doctor tells the day of the last use of the key, and the call; or since when there was none', async () => {
  const today = () => new Date().toISOString().slice(0, 10);
  expect(line(await doctor(), 'key')).toBe(`${KEY}: not used since ${today()}`);
  const credstash = new Credstash(aws.clients());
  await credstash.put('foo', 'bar');
  expect(line(await doctor(), 'key')).toBe(`${KEY}: last used on ${today()} for GenerateDataKey`);
  await credstash.get('foo');
  expect(line(await doctor(), 'key')).toBe(`${KEY}: last used on ${today()} for Decrypt`);
});

test('doctor tells the last use to a reader who may ask, and says nothing of it to another', async () => {
  const settings = 'it answers, but you are not allowed to see its settings';
  expect(line(await doctor('informed-reader'), 'key')).toContain(`${settings}; not used since`);
  const outcome = await doctor('reader');
  expect(line(outcome, 'key')).toBe(`${KEY}: ${settings}`);
  expect(outcome.exitCode).toBe(0);
});

test.each(['UnknownOperationException', 'InternalFailure'])(
  'doctor asks for the last use once, and says nothing of it where the service answers %s',
  async (error) => {
    aws.aws.inject({ action: 'kms:GetKeyLastUsage', error });
    aws.takeCalls();
    const outcome = await doctor();
    expect(line(outcome, 'key')).toBe(KEY);
    expect(outcome.exitCode).toBe(0);
    expect(aws.takeCalls().filter((call) => call === 'kms:GetKeyLastUsage')).toHaveLength(1);
  },
);
