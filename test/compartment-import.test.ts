import { App, CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Compartment, type CompartmentAttributes, type ICompartment } from '../lib';
import { Credstash } from '../runtime/src/index.js';
import { applyTemplate } from '../testbed/apply';
import { role, synthesize } from '../testbed/synthesized-aws';
import { TestAws } from '../testbed/test-aws';

const HERE = { account: '111122223333', region: 'us-east-1' };
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234';
const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/mine';

function stackHere(): Stack {
  return new Stack(new App(), 'Stack', { env: HERE });
}

describe('a compartment that `credstash setup` made, imported by its name,', () => {
  let test_: TestAws;

  beforeAll(async () => {
    test_ = await TestAws.start({ compartments: ['prod'] });
    const template = synthesize((stack) => {
      const prod = Compartment.fromCompartmentName(stack, 'Secrets', 'prod');
      prod.grants.read(role(stack, 'app'), { names: ['app/db.password'] });
      prod.grants.write(role(stack, 'deployer'));
    });
    await applyTemplate(template, test_.target);
    for (const compartment of ['prod', undefined]) {
      const admin = new Credstash({ ...test_.clients(), compartment });
      await admin.putAll({ 'app/db.password': 'v', 'app/other': 'v' });
    }
  });

  afterAll(() => test_.aws.stop());

  async function as(name: string, compartment: string | undefined): Promise<Credstash> {
    return new Credstash({ ...(await test_.clientsOf(name)), compartment });
  }

  test('grants a role the reading of one secret, and no other', async () => {
    const app = await as('app', 'prod');
    expect(await app.get('app/db.password')).toBe('v');
    await expect(app.get('app/other')).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
    await expect(app.put('app/db.password', 'v')).rejects.toMatchObject({
      code: 'ERR_ACCESS_DENIED',
    });
  });

  test('grants at the key of its alias, and no other', async () => {
    const [{ kms }, { dynamodb }] = [await test_.clientsOf('app'), test_.clients()];
    const mixed = (compartment?: string) => new Credstash({ kms, dynamodb, compartment });
    expect(await mixed('prod').get('app/other')).toBe('v');
    await expect(mixed().get('app/other')).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  });

  test('grants writing', async () => {
    await (await as('deployer', 'prod')).put('new', 'v', { autoVersion: true });
  });
});

describe('Compartment.fromCompartmentName', () => {
  test('gives the names that follow from the name, and makes nothing', () => {
    const stack = stackHere();
    const prod = Compartment.fromCompartmentName(stack, 'Secrets', 'prod');
    expect(prod).toMatchObject({
      compartmentName: 'prod',
      tableName: 'credential-store-prod',
      tableArn: expect.stringMatching(/:table\/credential-store-prod$/),
      keyAlias: 'alias/credstash-prod',
      keyArn: undefined,
      bindsNames: false,
    });
    expect(stack.node.findAll().some(CfnResource.isCfnResource)).toBe(false);
    expect(Compartment.isCompartment(prod)).toBe(false);
    expect(Compartment.isCompartment(new Compartment(stack, 'Own'))).toBe(true);
    expect(Compartment.isCompartment(undefined)).toBe(false);
  });

  test('refuses what is no name of a compartment', () => {
    expect(() => Compartment.fromCompartmentName(stackHere(), 'S', 'a b')).toThrow(
      /"a b" is not a compartment's name/,
    );
  });
});

describe('Compartment.fromCompartmentAttributes', () => {
  function granted(secrets: (stack: Stack) => ICompartment): Template {
    const stack = stackHere();
    secrets(stack).grants.read(role(stack, 'r'), { names: ['a'] });
    return Template.fromStack(stack);
  }

  test('takes the ARNs of another table and key, and names them in grants', () => {
    granted((stack) =>
      Compartment.fromCompartmentAttributes(stack, 'S', { tableArn: TABLE, keyArn: KEY }),
    ).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({ Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: TABLE }),
          { Action: 'kms:Decrypt', Effect: 'Allow', Resource: KEY },
        ],
      }),
    });
  });

  test('with bindNames limits a grant at the key, too', () => {
    granted((stack) =>
      Compartment.fromCompartmentAttributes(stack, 'S', { keyArn: KEY, bindNames: true }),
    ).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:Decrypt',
            Condition: { StringLike: { 'kms:EncryptionContext:credstash:name': ['a'] } },
          }),
        ]),
      }),
    });
  });

  test('grants at the key of the alias in the region of the table', () => {
    const tableArn = TABLE.replace('us-east-1', 'eu-west-1');
    const template = granted((stack) =>
      Compartment.fromCompartmentAttributes(stack, 'S', { tableArn }),
    );
    expect(JSON.stringify(template)).toContain(':kms:eu-west-1:111122223333:key/*');
  });

  test('takes ARNs that are known only on deployment', () => {
    const parameter = (stack: Stack, id: string) => new CfnParameter(stack, id).valueAsString;
    granted((stack) =>
      Compartment.fromCompartmentAttributes(stack, 'S', {
        tableArn: parameter(stack, 'TableArn'),
        keyArn: parameter(stack, 'KeyArn'),
      }),
    ).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({ Resource: { Ref: 'TableArn' } }),
          Match.objectLike({ Resource: { Ref: 'KeyArn' } }),
        ],
      }),
    });
  });

  test.each<[string, CompartmentAttributes, RegExp]>([
    ['the name of a table', { tableArn: 'mine' }, /"mine" is not the ARN of a DynamoDB table/],
    ['the ARN of an index', { tableArn: `${TABLE}/index/i` }, /not the ARN of a DynamoDB table/],
    ["a key's ARN as the table's", { tableArn: KEY }, /not the ARN of a DynamoDB table/],
    ['an empty ARN', { tableArn: '' }, /"" is not the ARN of a DynamoDB table/],
    ['the id of a key', { keyArn: '1234' }, /"1234" is not the ARN of a KMS key/],
    [
      'the ARN of an alias',
      { keyArn: KEY.replace('key/', 'alias/') },
      /is not the ARN of a KMS key.*An alias's ARN never allows use of its key/,
    ],
    [
      'an ARN without account and region',
      { keyArn: 'arn:aws:kms:::key/1' },
      /not the ARN of a KMS key/,
    ],
    ["AWS's own alias", { keyAlias: 'alias/aws/kms' }, /is not a KMS alias/],
    ['no name of a compartment', { compartmentName: 'a b' }, /is not a compartment's name/],
  ])('refuses %s, and says where', (_, attributes, message) => {
    expect(() => Compartment.fromCompartmentAttributes(stackHere(), 'Secrets', attributes)).toThrow(
      expect.objectContaining({
        constructPath: 'Stack/Secrets',
        message: expect.stringMatching(message) as string,
      }),
    );
  });

  test('grants in a stack whose account is known only on deployment', () => {
    const stack = new Stack();
    const secrets = Compartment.fromCompartmentAttributes(stack, 'S', {
      tableArn: TABLE,
      keyArn: KEY,
    });
    secrets.grants.read(role(stack, 'r'), { names: ['a'] });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: [Match.objectLike({ Resource: TABLE }), Match.objectLike({ Resource: KEY })],
      }),
    });
  });

  test.each<[string, iam.IGrantable]>([
    ['another account', new iam.AccountPrincipal('444455556666')],
    ['an organization', new iam.OrganizationPrincipal('o-1234567890')],
  ])('refuses a grant to %s, whose other half it can not give', (_, grantee) => {
    const secrets = Compartment.fromCompartmentAttributes(stackHere(), 'S', {
      tableArn: TABLE,
      keyArn: KEY,
    });
    expect(() => secrets.grants.read(grantee)).toThrow(/imported|no effect/);
  });

  test('refuses a grant to a role of the stack on a table of another account', () => {
    const stack = stackHere();
    const secrets = Compartment.fromCompartmentAttributes(stack, 'S', {
      tableArn: TABLE.replace('111122223333', '444455556666'),
      keyArn: KEY.replace('111122223333', '444455556666'),
    });
    expect(() => secrets.grants.read(role(stack, 'r'))).toThrow(/The compartment was imported/);
  });
});

describe('metrics', () => {
  test('count what DynamoDB throttles', () => {
    const stack = stackHere();
    const metric = new Compartment(stack, 'S').metricThrottledRequests();
    expect(JSON.stringify(metric)).toContain('ThrottledRequests');
  });

  test('count, in the log of a trail, what KMS refuses to decrypt with the key', () => {
    const stack = stackHere();
    const trailLogGroup = new logs.LogGroup(stack, 'Trail');
    const secrets = new Compartment(stack, 'S');
    const metric = secrets.metricDeniedDecrypts(trailLogGroup);
    secrets.metricDeniedDecrypts(trailLogGroup);
    secrets.metricDeniedDecrypts(new logs.LogGroup(stack, 'OtherTrail'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Logs::MetricFilter', 2);
    const [filter] = Object.values(template.findResources('AWS::Logs::MetricFilter'));
    const pattern = JSON.stringify(filter?.Properties.FilterPattern);
    expect(pattern).toMatch(/kms\.amazonaws\.com.*Decrypt.*AccessDenied\*.*errorMessage/);
    expect(pattern).toMatch(/Fn::GetAtt":\["S/);
    expect(filter?.Properties.MetricTransformations[0]).toMatchObject({
      MetricName: metric.metricName,
      MetricNamespace: metric.namespace,
    });
  });

  test('of denied decrypts need the ARN of the key', () => {
    const stack = stackHere();
    const secrets = Compartment.fromCompartmentName(stack, 'S', 'prod');
    expect(() => secrets.metricDeniedDecrypts(new logs.LogGroup(stack, 'Trail'))).toThrow(
      /import the compartment with its keyArn/,
    );
  });
});
