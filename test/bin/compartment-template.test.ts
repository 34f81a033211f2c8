import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { App, Stack } from 'aws-cdk-lib';
import { context } from '../../cdk.json';
import { Compartment } from '../../lib';
import { parameterValues, resolve, type Template } from '../../runtime/src/setup/template.js';

const TEMPLATE = JSON.parse(
  readFileSync(join(__dirname, '../../runtime/dist/compartment.template.json'), 'utf8'),
) as Required<Template>;

const NAMES = {
  KeyAlias: 'alias/of-my-own',
  TableName: 'my-own',
  ReadPolicyName: 'my-own-readers',
  WritePolicyName: 'my-own-writers',
};

/** A template's resources, its parameters and pseudo parameters put in, and ids as references. */
function filledIn({ Resources }: Template, parameters: Record<string, string>) {
  const pseudo = ['AWS::Partition', 'AWS::AccountId', 'AWS::Region'].map((name) => [name, name]);
  const ids = Object.keys(Resources).map((id) => [id, id]);
  const values = [...Object.entries(parameters), ...pseudo, ...ids];
  const names = Object.fromEntries(
    values.flatMap(([id = '', ref = '']) => [
      [id, ref],
      [`${id}.Arn`, `arn of ${ref}`],
    ]),
  ) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(Resources).map(([id, resource]) => [id, resolve(resource, names)]),
  );
}

test('the template with its parameters filled in equals that of Compartment with the same names', () => {
  const app = new App({
    context: { ...context, '@aws-cdk/core:validateAgainstDefaultRules': false },
  });
  const stack = new Stack(app, 'Stack');
  new Compartment(stack, 'Compartment', {
    keyAlias: NAMES.KeyAlias,
    tableName: NAMES.TableName,
    readPolicyName: NAMES.ReadPolicyName,
    writePolicyName: NAMES.WritePolicyName,
  });
  const direct = app.synth().getStackByName('Stack').template as Template;
  expect(filledIn(TEMPLATE, NAMES)).toEqual(filledIn(direct, {}));
});

test('the parameters of the template default to the names of the default compartment', () => {
  expect(parameterValues(TEMPLATE, {})).toEqual({
    KeyAlias: 'alias/credstash',
    TableName: 'credential-store',
    ReadPolicyName: 'credstash-read-secrets',
    WritePolicyName: 'credstash-write-secrets',
  });
});

test('every parameter of the template has an AllowedPattern and a ConstraintDescription', () => {
  for (const parameter of Object.values(TEMPLATE.Parameters)) {
    expect(parameter.AllowedPattern).toMatch(/./);
    expect(parameter.ConstraintDescription).toMatch(/: /);
  }
});

test('the template needs no bootstrapped account, and retains the key, its alias and the table', () => {
  expect(JSON.stringify(TEMPLATE)).not.toContain('BootstrapVersion');
  const kept = Object.values(TEMPLATE.Resources).filter(
    (resource) => (resource as { DeletionPolicy?: string }).DeletionPolicy === 'Retain',
  );
  expect(kept.map(({ Type }) => Type).sort()).toEqual([
    'AWS::DynamoDB::GlobalTable',
    'AWS::KMS::Alias',
    'AWS::KMS::Key',
  ]);
});

test('bin and runtime write no policy statement, except the one suggested after a refusal', () => {
  const root = join(__dirname, '../..');
  const sources = ['bin', 'runtime/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );
  expect(sources.length).toBeGreaterThan(50);
  const writing = sources.filter((file) =>
    /\bEffect['"]?: ['"]/.test(readFileSync(join(root, file), 'utf8')),
  );
  // It tells which statement would allow the call that was refused.
  expect(writing).toEqual(['runtime/src/aws/refusal.ts']);
});
