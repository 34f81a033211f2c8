import { Console } from 'node:console';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { Account } from './account';
import { FaultProxy, nth } from '../../testbed/fault-proxy';
import { compartmentState } from './compartment-state';

const TEMPLATE = join(__dirname, '../../runtime/dist/compartment.template.json');
const NAMES = {
  alias: 'alias/credstash-prod',
  table: 'credential-store-prod',
  policies: ['credstash-prod-read-secrets', 'credstash-prod-write-secrets'],
};
const SETUP = ['setup', '--compartment', 'prod'];

const state = (account: Account) => compartmentState(account.connection(), NAMES);

/** Show, property by property, what is the same however it was made. */
function differences(made: Readonly<Record<string, Record<string, unknown>>>): string[] {
  const [first = {}, ...others] = Object.values(made);
  const properties = new Set(Object.values(made).flatMap((each) => Object.keys(each)));
  const shown = (value: unknown) => JSON.stringify(value ?? null).slice(0, 34);
  const table: Record<string, Record<string, string>> = {};
  const different: string[] = [];
  for (const property of properties) {
    const equal = others.every((each) => isDeepStrictEqual(each[property], first[property]));
    if (!equal) different.push(property);
    const values = Object.entries(made).map(([way, each]) => [way, shown(each[property])]);
    table[property] = { ...Object.fromEntries(values), equal: equal ? 'yes' : 'NO' };
  }
  new Console(process.stdout).table(table);
  process.stdout.write(`${different.length} differences\n`);
  return different;
}

test('credstash setup creates what CloudFormation creates from the same construct', async () => {
  const accounts = await Promise.all([Account.start(), Account.start(), Account.start()]);
  try {
    const [provisioned, deployed, ofConstruct] = accounts;
    expect(await provisioned.credstash(...SETUP)).toMatchObject({ exitCode: 0, stderr: '' });
    await deployed.aws(
      ...['cloudformation', 'deploy', '--stack-name', 'prod', '--template-file', TEMPLATE],
      ...['--capabilities', 'CAPABILITY_NAMED_IAM', '--parameter-overrides'],
      `KeyAlias=${NAMES.alias}`,
      `TableName=${NAMES.table}`,
      `ReadPolicyName=${NAMES.policies[0]}`,
      `WritePolicyName=${NAMES.policies[1]}`,
    );
    await ofConstruct.cdk('deploy', 'credstash-prod', '--require-approval', 'never');
    const made = {
      'credstash setup': await state(provisioned),
      'aws cloudformation deploy': await state(deployed),
      'cdk deploy': await state(ofConstruct),
    };
    expect(Object.keys(made['cdk deploy'])).toHaveLength(22);
    expect(differences(made)).toEqual([]);

    // And each way finds nothing to do where the other has been.
    expect((await deployed.credstash(...SETUP)).stdout).toMatch(/\nNothing to do\.\n$/);
    expect((await ofConstruct.credstash(...SETUP)).stdout).toMatch(/\nNothing to do\.\n$/);
  } finally {
    for (const account of accounts) await account.stop();
  }
});

test('setup that is killed after any call and run again ends in the same state', async () => {
  const account = await Account.start();
  try {
    const undisturbed = await FaultProxy.start(account.endpoint, 'silent', () => false);
    expect(await account.credstashVia(undisturbed, ...SETUP)).toMatchObject({ exitCode: 0 });
    undisturbed.stop();
    const { calls } = undisturbed;
    const wanted = await state(account);
    expect(wanted['keys in the account']).toBe(1);

    for (let last = 1; last <= calls.length; last++) {
      await account.reset();
      const proxy = await FaultProxy.start(account.endpoint, 'silent', nth(last));
      const killed = await account.credstashVia(proxy, ...SETUP);
      proxy.stop();
      expect({ last, stdout: killed.stdout }).toEqual({
        last,
        stdout: expect.not.stringMatching(/Ready/),
      });
      expect(await account.credstash(...SETUP)).toMatchObject({ exitCode: 0, stderr: '' });
      const ended = await state(account);
      expect({ last, ...ended }).toEqual({ last, ...wanted });
      process.stdout.write(
        `killed after call ${last}, ${calls[last - 1]}, and run again: ${String(ended['keys in the account'])} key, the same state\n`,
      );
    }
  } finally {
    await account.stop();
  }
}, 400_000);

test('two runs of setup at once create one key and one table, and both succeed', async () => {
  const account = await Account.start();
  try {
    const both = await Promise.all([account.credstash(...SETUP), account.credstash(...SETUP)]);
    for (const outcome of both) expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await state(account)).toMatchObject({ 'keys in the account': 1 });
    expect((await account.credstash(...SETUP)).stdout).toMatch(/Nothing to do/);
  } finally {
    await account.stop();
  }
});

test('doctor finds what is missing, and nothing after setup', async () => {
  const account = await Account.start();
  try {
    // moto knows no dry run of Decrypt.
    const expected = ['--expect', 'list', 'write'];
    const doctor = () => account.credstash('doctor', '--compartment', 'prod', ...expected);
    expect(await doctor()).toMatchObject({ exitCode: 1 });
    await account.credstash(...SETUP);
    expect(await doctor()).toMatchObject({ exitCode: 0 });
  } finally {
    await account.stop();
  }
});
