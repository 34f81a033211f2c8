import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Compartment } from '../lib';
import { role } from '../testbed/synthesized-aws';

const APP = { names: ['app/*'], context: { env: 'prod' } };

describe('grantRead across accounts', () => {
  const REMOTE = 'arn:aws:iam::444455556666:role/remote';

  function granted(): Template {
    const app = new App();
    const stack = new Stack(app, 'Stack', {
      env: { account: '111122223333', region: 'eu-west-1' },
    });
    const compartment = new Compartment(stack, 'Compartment');
    compartment.grantRead(iam.Role.fromRoleArn(stack, 'Remote', REMOTE), APP);
    return Template.fromStack(stack);
  }

  test('scopes the statement in the resource policy of the table', () => {
    granted().hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        Match.objectLike({
          ResourcePolicy: {
            PolicyDocument: Match.objectLike({
              Statement: [
                {
                  Action: ['dynamodb:GetItem', 'dynamodb:Query'],
                  Condition: {
                    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['app/*'] },
                    Null: { 'dynamodb:LeadingKeys': 'false' },
                  },
                  Effect: 'Allow',
                  Principal: { AWS: REMOTE },
                  Resource: '*',
                },
              ],
            }),
          },
        }),
      ],
    });
  });

  test('scopes the statement in the policy of the key', () => {
    granted().hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([
          {
            Action: 'kms:Decrypt',
            Condition: { StringEquals: { 'kms:EncryptionContext:env': 'prod' } },
            Effect: 'Allow',
            Principal: { AWS: REMOTE },
            Resource: '*',
          },
        ]),
      }),
    });
  });

  test('grants a role in a stack of the other account, with no reference between the stacks', () => {
    const app = new App();
    const here = { account: '111122223333', region: 'eu-west-1' };
    const secrets = new Stack(app, 'Secrets', { env: here });
    const there = { account: '444455556666', region: 'eu-west-1' };
    const application = new Stack(app, 'Application', { env: there });
    new Compartment(secrets, 'Compartment').grantRead(role(application, 'remote'), APP);

    const ours = Template.fromStack(secrets);
    ours.resourceCountIs('AWS::IAM::Role', 0);
    ours.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:Decrypt',
            Condition: { StringEquals: { 'kms:EncryptionContext:env': 'prod' } },
            Resource: '*',
          }),
        ]),
      }),
    });
    const theirs = Template.fromStack(application);
    theirs.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:Decrypt',
            Condition: Match.objectLike({
              StringEquals: { 'kms:EncryptionContext:env': 'prod' },
            }),
          }),
        ]),
      }),
    });
    theirs.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:Decrypt',
            Condition: Match.objectLike({
              'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/credstash' },
            }),
          }),
        ]),
      }),
    });
    const text = JSON.stringify(theirs.toJSON());
    expect(text).toContain(':kms:eu-west-1:111122223333:key/*');
    expect(text).not.toMatch(/GetStackOutput|ImportValue|DescribeStacks/);
  });

  test("keeps the grantee's own conditions", () => {
    const stack = new Stack();
    const org = new iam.OrganizationPrincipal('o-1234567890');
    new Compartment(stack, 'Compartment').grantRead(org, APP);
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Condition: {
              StringEquals: {
                'aws:PrincipalOrgID': 'o-1234567890',
                'kms:EncryptionContext:env': 'prod',
              },
            },
            Principal: { AWS: '*' },
          }),
        ]),
      }),
    });
  });

  test('throws when the scope conflicts with a condition of the grantee', () => {
    const compartment = new Compartment(new Stack(), 'Compartment');
    const conditions = { StringEquals: { 'kms:EncryptionContext:env': 'dev' } };
    const dev = new iam.OrganizationPrincipal('o-1234567890').withConditions(conditions);
    expect(() => compartment.grantRead(dev, APP)).toThrow(
      /StringEquals kms:EncryptionContext:env can't be combined/,
    );
  });
});

describe('grants without effect', () => {
  test('throw for a key imported by its alias', () => {
    const stack = new Stack();
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Key', 'alias/credstash');
    expect(() => new Compartment(stack, 'Compartment', { encryptionKey })).toThrow(
      /Import the key and the table by ARN/,
    );
  });
});
