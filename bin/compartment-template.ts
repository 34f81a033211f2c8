import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { App, CfnParameter, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import { context } from '../cdk.json';
import { Compartment } from '../lib';
import { compartmentNames, DEFAULT_COMPARTMENT } from '../lib/private/names';

/** The template of one compartment. Its parameters are the names of the resources. */
function compartmentTemplate(): unknown {
  // These checks take seconds, and `cdk deploy` runs them anyway. They don't change the template.
  const withoutRules = { ...context, '@aws-cdk/core:validateAgainstDefaultRules': false };
  const app = new App({ analyticsReporting: false, context: withoutRules });
  const stack = new Stack(app, 'Compartment', {
    description: 'Secrets of a credstash compartment',
    synthesizer: new LegacyStackSynthesizer(),
  });
  const names = compartmentNames(DEFAULT_COMPARTMENT);
  const policyName = {
    allowedPattern: '[a-zA-Z0-9+=,.@_-]{1,128}',
    constraintDescription:
      "an IAM policy's name: 1 to 128 letters, digits and any of + = , . @ _ -",
  };
  new Compartment(stack, 'Compartment', {
    keyAlias: parameter(stack, 'KeyAlias', names.keyAlias, {
      allowedPattern: 'alias/(?!aws/)[a-zA-Z0-9/_-]{1,250}',
      constraintDescription:
        "a KMS alias: alias/ and 1 to 250 letters, digits and any of / _ -, but not AWS's alias/aws/",
    }),
    tableName: parameter(stack, 'TableName', names.tableName, {
      allowedPattern: '[a-zA-Z0-9_.-]{3,255}',
      constraintDescription: "a DynamoDB table's name: 3 to 255 letters, digits and any of _ . -",
    }),
    readPolicyName: parameter(stack, 'ReadPolicyName', names.readPolicyName, policyName),
    writePolicyName: parameter(stack, 'WritePolicyName', names.writePolicyName, policyName),
  });
  return app.synth().getStackByName('Compartment').template;
}

function parameter(
  stack: Stack,
  name: string,
  defaultValue: string,
  rule: { allowedPattern: string; constraintDescription: string },
): string {
  return new CfnParameter(stack, name, { ...rule, default: defaultValue }).valueAsString;
}

const [file = ''] = process.argv.slice(2);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(compartmentTemplate(), null, 2)}\n`);
