import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { contextCompartments } from '../../bin/context';

const run = promisify(execFile);
const CDK = [process.execPath, require.resolve('aws-cdk/bin/cdk')] as const;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compartments-'));
});
afterAll(() => rm(folder, { recursive: true }));

const cdk = (...args: string[]) => run(CDK[0], [CDK[1], ...args, '--output', folder]);

test('cdk synth gives a stack for each compartment of cdk.json, without a warning', async () => {
  const { stdout, stderr } = await cdk('synth');
  expect(stdout + stderr).toMatch(/Successfully synthesized/);
  expect(stdout + stderr).not.toMatch(/warn|not configured|deprecated/i);
  for (const [stack, table] of [
    ['credstash', 'credential-store'],
    ['credstash-prod', 'credential-store-prod'],
  ]) {
    const template = await readFile(join(folder, `${stack}.template.json`), 'utf8');
    expect(template).toContain(`"TableName": "${table}"`);
    // Neither a bootstrap stack nor assets are needed to deploy it.
    expect(template).not.toContain('BootstrapVersion');
  }
});

test('cdk ls lists a stack for each compartment given by -c compartments', async () => {
  const { stdout } = await cdk('ls', '-c', 'compartments=prod,staging');
  expect(stdout).toBe('credstash-prod\ncredstash-staging\n');
});

test('cdk ls names an invalid compartment, without a stack trace', async () => {
  const failure = cdk('ls', '-c', 'compartments=prod,Pr0d!');
  await expect(failure).rejects.toMatchObject({
    stderr: expect.stringMatching(/^Context key compartments\[1\], "Pr0d!", is not a compartment/),
  });
  await expect(failure).rejects.toMatchObject({ stderr: expect.not.stringMatching(/\n\s+at /) });
});

describe('contextCompartments', () => {
  test('accepts an array, or a string with commas', () => {
    expect([...contextCompartments(['credstash', 'prod'])]).toEqual(['credstash', 'prod']);
    expect([...contextCompartments('prod,dev')]).toEqual(['prod', 'dev']);
  });

  test.each([
    [undefined, 'compartments[0], undefined'],
    ['', 'compartments[0], ""'],
    [['prod', 7], 'compartments[1], 7'],
    [{ prod: {} }, 'compartments[0], {"prod":{}}'],
    ['prod,dev,prod', 'compartments[2], "prod", is a duplicate'],
  ])('names what is wrong in %j', (value, named) => {
    expect(() => contextCompartments(value)).toThrow(named);
  });
});
