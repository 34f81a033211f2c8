import { Aws, App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Compartment } from '../lib';

const HERE = { account: '111122223333', region: 'eu-west-1' };
const SCOPE = { names: ['app/*'] };

function inStack(grantee: (stack: Stack) => iam.IGrantable): Template {
  const stack = new Stack(new App(), 'Stack', { env: HERE });
  new Compartment(stack, 'Compartment').grantRead(grantee(stack), SCOPE);
  return Template.fromStack(stack);
}

const READ_BY_NAME = Match.objectLike({
  Action: ['dynamodb:GetItem', 'dynamodb:Query'],
  Condition: Match.objectLike({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['app/*'] },
  }),
});

describe('grantRead adds the statements to', () => {
  const assumedBy = new iam.ServicePrincipal('ec2.amazonaws.com');

  test.each<[string, (stack: Stack) => iam.IGrantable, string]>([
    ['a role', (stack) => new iam.Role(stack, 'Its', { assumedBy }), 'AWS::IAM::Policy'],
    ['a user', (stack) => new iam.User(stack, 'Its'), 'AWS::IAM::Policy'],
    ['a group', (stack) => new iam.Group(stack, 'Its'), 'AWS::IAM::Policy'],
    ['a managed policy', (stack) => new iam.ManagedPolicy(stack, 'Its'), 'AWS::IAM::ManagedPolicy'],
    ['the role of a function', lambdaFunction, 'AWS::IAM::Policy'],
    ['the role of an instance', instance, 'AWS::IAM::Policy'],
    [
      'an imported role',
      (stack) => iam.Role.fromRoleArn(stack, 'Its', 'arn:aws:iam::111122223333:role/its'),
      'AWS::IAM::Policy',
    ],
  ])('%s', (_, grantee, type) => {
    inStack(grantee).hasResourceProperties(type, {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([READ_BY_NAME, Match.objectLike({ Action: 'kms:Decrypt' })]),
      }),
    });
  });

  test.each<[string, (stack: Stack) => iam.IGrantable]>([
    [
      'that were given for a role which was imported to be granted to by them',
      (stack) =>
        iam.Role.fromRoleArn(stack, 'Its', 'arn:aws:iam::111122223333:role/its', {
          mutable: false,
          addGrantsToResources: true,
        }),
    ],
    ['for another account', () => new iam.AccountPrincipal('444455556666')],
    ['for an organization', () => new iam.OrganizationPrincipal('o-1234567890')],
  ])('the policies of the table and the key %s', (_, grantee) => {
    const template = inStack(grantee);
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        Match.objectLike({
          ResourcePolicy: { PolicyDocument: Match.objectLike({ Statement: [READ_BY_NAME] }) },
        }),
      ],
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:Decrypt', Effect: 'Allow' })]),
      }),
    });
  });
});

test('a grant to an organization whose id becomes AWS::NoValue is none to everybody', () => {
  inStack(() => new iam.OrganizationPrincipal(Aws.NO_VALUE)).hasResourceProperties(
    'AWS::KMS::Key',
    {
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:Decrypt',
            Condition: { StringEquals: { 'aws:PrincipalOrgID': [{ Ref: 'AWS::NoValue' }] } },
          }),
        ]),
      }),
    },
  );
});

describe('grantRead refuses', () => {
  const arn = 'arn:aws:iam::111122223333:role/its';

  test.each<[string, (stack: Stack) => iam.IGrantable, RegExp]>([
    ['AnyPrincipal', () => new iam.AnyPrincipal(), /A grant to everybody is refused/],
    ['StarPrincipal', () => new iam.StarPrincipal(), /A grant to everybody is refused/],
    [
      'everybody on a condition',
      () => new iam.AnyPrincipal().withConditions({ Bool: { 'aws:SecureTransport': 'true' } }),
      /A grant to everybody is refused/,
    ],
    ['the principal *', () => new iam.ArnPrincipal('*'), /A grant to everybody is refused/],
    ['a service', () => new iam.ServicePrincipal('lambda.amazonaws.com'), /role that it assumes/],
    [
      'a role that was imported as immutable',
      (stack) => iam.Role.fromRoleArn(stack, 'Its', arn, { mutable: false }),
      /imported as immutable, so the grant would have no effect/,
    ],
    [
      'a role whose policies are frozen',
      (stack) =>
        new iam.Role(stack, 'Its', {
          assumedBy: new iam.AccountRootPrincipal(),
        }).withoutPolicyUpdates(),
      /imported as immutable/,
    ],
  ])('%s', (_, grantee, message) => {
    expect(() => inStack(grantee)).toThrow(message);
  });
});

function lambdaFunction(stack: Stack): lambda.Function {
  return new lambda.Function(stack, 'Its', {
    code: lambda.Code.fromInline('exports.handler = () => {}'),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_22_X,
  });
}

function instance(stack: Stack): ec2.Instance {
  return new ec2.Instance(stack, 'Its', {
    vpc: new ec2.Vpc(stack, 'Vpc'),
    instanceType: new ec2.InstanceType('t4g.nano'),
    machineImage: ec2.MachineImage.latestAmazonLinux2023(),
  });
}
