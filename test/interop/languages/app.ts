// The same app as app.py, App.java and main.go: what it synthesizes, they must.
import { App, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Billing } from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Compartment, CompartmentAccess, CompartmentStack } from '../../../lib';

const app = new App();
Validations.of(app).addPlugins(new CompartmentAccess({ requireScopes: ['staging'] }));
const env = { account: '123456789012', region: 'eu-west-1' };
const prod = new CompartmentStack(app, 'Prod', {
  env,
  description: 'Secrets of production',
  compartmentName: 'prod',
}).compartment;
const staging = new CompartmentStack(app, 'Staging', {
  env,
  compartmentName: 'staging',
  bindNames: true,
  billing: Billing.onDemand({ maxReadRequestUnits: 100 }),
  removalPolicy: RemovalPolicy.DESTROY,
}).compartment;

const stack = new Stack(app, 'Application', { env });
const role = (id: string) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });

prod.grantRead(role('Reader'));
prod.grantWrite(role('Writer'), { names: ['app/*'], context: { env: 'prod' } });
prod.grantList(role('Lister'));
prod.grantDelete(role('Deleter'), { names: ['app/*'] });
prod.grantRewrap(role('Rewrapper'));
const admin = role('Admin');
prod.grantAdmin(admin);
Validations.of(admin).acknowledge({
  id: 'CompartmentAccess::ReaderCanWrite',
  reason: 'It restores backups.',
});
staging.grants.read(role('NamedReader'), { names: ['app/db.password', 'web/*'] });

const byName = Compartment.fromCompartmentName(stack, 'ByName', 'shared');
byName.grants.read(role('SharedReader'), { names: ['app/db.password'] });
const byAttributes = Compartment.fromCompartmentAttributes(stack, 'ByAttributes', {
  compartmentName: 'other',
  tableArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/other-credentials',
  keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000',
  bindNames: true,
});
byAttributes.grants.write(role('OtherWriter'), { names: ['app/*'] });

new Alarm(stack, 'Throttled', {
  metric: prod.metricThrottledRequests({ period: Duration.minutes(1) }),
  threshold: 1,
  evaluationPeriods: 1,
});
app.synth();
