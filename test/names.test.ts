import { App, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Compartment, type CompartmentProps } from '../lib';

const IRELAND = { account: '111122223333', region: 'eu-west-1' };
const OHIO = { account: '111122223333', region: 'us-east-2' };
const ELSEWHERE = { account: '444455556666', region: 'eu-west-1' };

describe('Compartment refuses', () => {
  test.each<[string, CompartmentProps, RegExp]>([
    ['a table name of 2 characters', { tableName: 'ab' }, /"ab" is not a DynamoDB table's name/],
    ['a table name of 256', { tableName: 'a'.repeat(256) }, /is not a DynamoDB table's name/],
    ['a slash in a table name', { tableName: 'a/b' }, /is not a DynamoDB table's name/],
    ["AWS's own alias", { keyAlias: 'alias/aws/kms' }, /is not a KMS alias/],
    ['an alias of 251 characters', { keyAlias: 'a'.repeat(251) }, /is not a KMS alias/],
    ['a policy name of 129', { readPolicyName: 'a'.repeat(129) }, /is not an IAM policy's name/],
    ['a space in a policy name', { writePolicyName: 'a b' }, /is not an IAM policy's name/],
    ['an empty name', { compartmentName: '' }, /is not a compartment's name/],
  ])('%s', (_, props, message) => {
    const stack = new Stack(new App(), 'Stack');
    expect(() => new Compartment(stack, 'Secrets', props)).toThrow(message);
    expect(() => new Compartment(stack, 'Secrets2', props)).toThrow(
      expect.objectContaining({ constructPath: 'Stack/Secrets2' }),
    );
  });
});

test('Compartment takes names that are known only on deployment', () => {
  const stack = new Stack();
  const tableName = new CfnParameter(stack, 'Name').valueAsString;
  new Compartment(stack, 'Secrets', { tableName });
  Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 1);
});

describe('two compartments of one name in an app', () => {
  const two = (first: Stack, second: Stack, props?: CompartmentProps) => () => {
    new Compartment(first, 'First', { compartmentName: 'prod' });
    new Compartment(second, 'Second', { compartmentName: 'prod', ...props });
  };

  test.each([undefined, IRELAND])('are refused in one account and region (%o)', (env) => {
    const app = new App();
    const [a, b] = [new Stack(app, 'A', { env }), new Stack(app, 'B', { env })];
    expect(two(a, b)).toThrow(
      /The compartment A\/First already has the table credential-store-prod/,
    );
  });

  test('are refused in two regions of one account, unless their policies have other names', () => {
    const stacks = () => {
      const app = new App();
      return [new Stack(app, 'A', { env: IRELAND }), new Stack(app, 'B', { env: OHIO })] as const;
    };
    expect(two(...stacks())).toThrow(
      /A\/First already has the managed policy credstash-prod-read-secrets.*readPolicyName and writePolicyName/,
    );
    const others = { readPolicyName: 'read-us-east-2', writePolicyName: 'write-us-east-2' };
    expect(two(...stacks(), others)).not.toThrow();
  });

  test('are taken in two accounts, in two stages, and in two apps', () => {
    const app = new App();
    const [a, b] = [new Stack(app, 'A', { env: IRELAND }), new Stack(app, 'B', { env: ELSEWHERE })];
    expect(two(a, b)).not.toThrow();
    const stages = ['dev', 'prod'].map((id) => new Stack(new Stage(app, id), 'S'));
    expect(two(...(stages as [Stack, Stack]))).not.toThrow();
    expect(two(new Stack(new App()), new Stack(new App()))).not.toThrow();
  });
});

test('Compartment bills its table as it is told', () => {
  const stack = new Stack();
  const billing = dynamodb.Billing.provisioned({
    readCapacity: dynamodb.Capacity.fixed(1),
    writeCapacity: dynamodb.Capacity.autoscaled({ maxCapacity: 2 }),
  });
  new Compartment(stack, 'Secrets', { billing });
  Template.fromStack(stack).hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    BillingMode: 'PROVISIONED',
  });
});
