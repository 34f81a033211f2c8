import { App, RemovalPolicy, Stack, TagManager, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Compartment, CompartmentProps, CompartmentStack } from '../lib';

function templateOf(props?: CompartmentProps): Template {
  const stack = new Stack();
  new Compartment(stack, 'Compartment', props);
  return Template.fromStack(stack);
}

const KEPT = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

test('Compartment rotates its key, and retains it', () => {
  templateOf().hasResource('AWS::KMS::Key', {
    ...KEPT,
    Properties: Match.objectLike({ EnableKeyRotation: true }),
  });
});

test("Compartment's table has the credstash schema, recovery and deletion protection, and is retained", () => {
  templateOf().hasResource('AWS::DynamoDB::GlobalTable', {
    ...KEPT,
    Properties: Match.objectLike({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'name', KeyType: 'HASH' },
        { AttributeName: 'version', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'name', AttributeType: 'S' },
        { AttributeName: 'version', AttributeType: 'S' },
      ],
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ],
    }),
  });
});

test('Compartment with removalPolicy DESTROY lets the key, the alias and the table be deleted', () => {
  const template = templateOf({ removalPolicy: RemovalPolicy.DESTROY });
  for (const type of ['AWS::KMS::Key', 'AWS::KMS::Alias', 'AWS::DynamoDB::GlobalTable']) {
    template.hasResource(type, { DeletionPolicy: 'Delete' });
  }
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })],
  });
});

test('tags of a Compartment reach all that AWS can tag of it: the key and the table', () => {
  const stack = new Stack();
  const compartment = new Compartment(stack, 'Compartment');
  Tags.of(compartment).add('team', 'payments');
  const template = Template.fromStack(stack);
  const tagged = { Tags: [{ Key: 'team', Value: 'payments' }] };
  template.hasResourceProperties('AWS::KMS::Key', tagged);
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    Replicas: [Match.objectLike(tagged)],
  });
  const taggable = compartment.node.findAll().filter((each) => TagManager.isTaggable(each));
  expect(taggable).toHaveLength(2);
});

describe('names of a Compartment', () => {
  function namesOf(props?: CompartmentProps) {
    const template = templateOf(props);
    const property = (type: string, name: string) =>
      Object.values(template.findResources(type)).map(({ Properties }) => Properties[name]);
    return [
      ...property('AWS::KMS::Alias', 'AliasName'),
      ...property('AWS::DynamoDB::GlobalTable', 'TableName'),
      ...property('AWS::IAM::ManagedPolicy', 'ManagedPolicyName'),
    ];
  }

  test('are those of Python credstash by default', () => {
    expect(namesOf()).toEqual([
      'alias/credstash',
      'credential-store',
      'credstash-read-secrets',
      'credstash-write-secrets',
    ]);
  });

  test('follow from compartmentName', () => {
    expect(namesOf({ compartmentName: 'prod' })).toEqual([
      'alias/credstash-prod',
      'credential-store-prod',
      'credstash-prod-read-secrets',
      'credstash-prod-write-secrets',
    ]);
  });

  test('can each be given by a property', () => {
    const props = {
      compartmentName: 'prod',
      keyAlias: 'credstash-prod',
      tableName: 'production-credentials',
      readPolicyName: 'read-eu-west-1',
      writePolicyName: 'write-eu-west-1',
    };
    expect(namesOf(props)).toEqual([
      'alias/credstash-prod',
      'production-credentials',
      'read-eu-west-1',
      'write-eu-west-1',
    ]);
  });

  test.each(['', 'a b', '1st', 'a_b', 'é', 'x'.repeat(65)])(
    "can't be made from the compartmentName %p",
    (compartmentName) => {
      expect(() => templateOf({ compartmentName })).toThrow(/is not a compartment's name: 1 to 64/);
    },
  );
});

describe('Compartment with encryptionKey', () => {
  function withKey(keyAlias?: string): Template {
    const stack = new Stack();
    const arn = 'arn:aws:kms:us-east-1:111122223333:key/1234';
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Mine', arn);
    new Compartment(stack, 'Compartment', { encryptionKey, keyAlias });
    return Template.fromStack(stack);
  }

  test('names that key in its policies, and creates none', () => {
    const template = withKey();
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      ManagedPolicyName: 'credstash-read-secrets',
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Resource: 'arn:aws:kms:us-east-1:111122223333:key/1234' }),
        ]),
      }),
    });
  });

  test('creates an alias only when keyAlias is given', () => {
    withKey().resourceCountIs('AWS::KMS::Alias', 0);
    withKey('alias/mine').hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/mine' });
  });
});

test('grantRead attaches the read statements to a role of another stack', () => {
  const app = new App();
  const { compartment } = new CompartmentStack(app, 'Secrets', { compartmentName: 'prod' });
  const application = new Stack(app, 'Application');
  const assumedBy = new iam.ServicePrincipal('ec2.amazonaws.com');
  compartment.grantRead(new iam.Role(application, 'Role', { assumedBy }));
  Template.fromStack(application).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: Match.objectLike({
      Statement: [
        Match.objectLike({ Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'] }),
        Match.objectLike({ Action: 'kms:Decrypt' }),
      ],
    }),
  });
});
