import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { Compartment, type GrantScope } from '../../../lib';
import { accessOf } from '../../../lib/access/access';
import { lockfileOf, type Lockfile } from '../../../lib/access/lockfile';
import type { SynthesizedStack } from '../../../lib/access/template';
import { ACCOUNT, type Template } from '../../../testbed';
import type { Principal } from '../../../testbed/service';
import { REGION } from '../../../testbed/test-aws';
import type { Kind } from '../compartments';
import type { Templates } from './deployed';

const OTHER = '444455556666';
const PARTNER = '777788889999';

const NAMES: GrantScope = { names: ['app/*'] };
const CONTEXT: GrantScope = { context: { env: 'prod' } };
const BOTH: GrantScope = { ...NAMES, ...CONTEXT };

/** An app in which each kind of grantee has each kind of grant, and others have statements by hand. */
export function fixture({ props }: Kind): Templates {
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  const stack = (account: string) =>
    new Stack(app, `of-${account}`, { env: { account, region: REGION } });
  const [here, there] = [stack(ACCOUNT), stack(OTHER)];
  const secrets = new Compartment(here, 'Secrets', props);
  const role = (id: string, at = here) =>
    new iam.Role(at, id, { roleName: id, assumedBy: new iam.AccountPrincipal(at.account) });

  secrets.grantRead(role('reader'));
  secrets.grantRead(role('readerOfNames'), NAMES);
  secrets.grantRead(role('readerOfContext'), CONTEXT);
  secrets.grantWrite(role('writer'), BOTH);
  secrets.grantList(role('lister'));
  secrets.grantDelete(role('deleter'), NAMES);
  secrets.grantRewrap(role('rewrapper'), BOTH);
  secrets.grantAdmin(role('admin'));
  const mixed = role('mixed');
  secrets.grantRead(mixed, NAMES);
  secrets.grantWrite(mixed);

  secrets.grantRead(new iam.User(here, 'user'), NAMES);
  const group = new iam.Group(here, 'group');
  secrets.grantWrite(group, NAMES);
  new iam.User(here, 'member', { groups: [group] });
  role('holder').addManagedPolicy(secrets.readPolicy);
  secrets.writePolicy.attachToRole(role('attached'));
  const code = lambda.Code.fromInline('exports.handler = () => {}');
  const runtime = lambda.Runtime.NODEJS_22_X;
  const worker = new lambda.Function(here, 'worker', { code, runtime, handler: 'index.handler' });
  secrets.grantRead(worker, BOTH);

  secrets.grantRead(role('outside', there), BOTH);
  secrets.grantWrite(new iam.AccountPrincipal(PARTNER), NAMES);
  byHand(here, secrets, role);

  const assembly = app.synth();
  const template = (id: string) => assembly.getStackByName(`of-${id}`).template as Template;
  return { [ACCOUNT]: template(ACCOUNT), [OTHER]: template(OTHER) };
}

/** Statements that no grant adds. */
function byHand(stack: Stack, secrets: Compartment, role: (id: string) => iam.Role): void {
  const { tableArn, key } = secrets;
  const keyArn = key.keyArn;
  const allow = (id: string, statement: iam.PolicyStatementProps) =>
    role(id).addToPolicy(new iam.PolicyStatement(statement));
  allow('half', { actions: ['dynamodb:*'], resources: ['*'] });
  allow('otherHalf', { actions: ['kms:Decrypt'], resources: [keyArn] });
  allow('everything', { actions: ['*'], resources: ['*'] });
  const conditions = { StringEquals: { 'kms:EncryptionContext:env': 'prod' } };
  const wide = role('wide');
  for (const statement of [
    { actions: ['dynamodb:Get*', 'dynamodb:Q*'], resources: ['arn:aws:dynamodb:*:*:table/cred*'] },
    { actions: ['kms:*'], resources: [keyArn], conditions },
    {
      effect: iam.Effect.DENY,
      actions: ['dynamodb:*'],
      resources: [tableArn],
      conditions: { StringLike: { 'dynamodb:LeadingKeys': 'other/*' } },
    },
  ]) {
    wide.addToPolicy(new iam.PolicyStatement(statement));
  }
  const named = role('named');
  const principals = [new iam.ArnPrincipal(`arn:aws:iam::${ACCOUNT}:role/named`)];
  key.addToResourcePolicy(
    new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: ['*'], principals }),
  );
  named.addToPolicy(new iam.PolicyStatement({ actions: ['dynamodb:Scan'], resources: [tableArn] }));
  new iam.Role(stack, 'inline', {
    roleName: 'inline',
    assumedBy: new iam.AccountPrincipal(stack.account),
    inlinePolicies: {
      its: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({ actions: ['kms:Encrypt'], resources: [keyArn] }),
          new iam.PolicyStatement({ actions: ['dynamodb:PutItem'], resources: [tableArn] }),
        ],
      }),
    },
  });
}

/** Who calls without being defined by the app: anybody of an account that was granted to. */
export const OUTSIDERS: Readonly<Record<string, Principal>> = {
  [`account ${PARTNER}`]: {
    account: PARTNER,
    arn: `arn:aws:iam::${PARTNER}:user/admin`,
    arns: [`arn:aws:iam::${PARTNER}:user/admin`],
    policies: () => [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
  },
};

/** What the lockfile says of the app. */
export function lockfileOfApp(templates: Templates): Lockfile {
  const stacks = Object.entries(templates).map(([account, template]): SynthesizedStack => ({
    path: account,
    stage: '',
    account,
    region: REGION,
    template,
    compartments: compartmentsOf(template),
    pathOf: (logicalId) => `${account}/${logicalId}`,
  }));
  return lockfileOf(accessOf(stacks), new Map());
}

function compartmentsOf({ Resources }: Template): SynthesizedStack['compartments'] {
  const arnOf = (type: string) => {
    const [id] = Object.entries(Resources).find(([, { Type }]) => Type === type) ?? [];
    return id === undefined ? undefined : { 'Fn::GetAtt': [id, 'Arn'] };
  };
  const tableArn = arnOf('AWS::DynamoDB::GlobalTable');
  const keyArn = arnOf('AWS::KMS::Key');
  const names = { compartmentName: 'credstash', keyAlias: 'alias/credstash' };
  return tableArn ? { Secrets: { ...names, tableArn, keyArn } } : {};
}
