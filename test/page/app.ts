import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import { Compartment, CompartmentAccess } from '../../lib';

/** Synthesize an app of two stages, whose lockfile has something of each kind. */
export function synthesizeApp(folder: string): void {
  const app = new App({
    outdir: `${folder}/cdk.out`,
    context: { '@aws-cdk/core:validateAgainstDefaultRules': false },
  });
  Validations.of(app).addPlugins(new CompartmentAccess({ directory: folder }));
  for (const id of ['Dev', 'Prod']) {
    const env = { account: id === 'Prod' ? '111122223333' : '444455556666', region: 'us-east-1' };
    const stack = new Stack(new Stage(app, id), 'Shop', { env });
    const secrets = new Compartment(stack, 'Secrets', {
      compartmentName: 'shop',
      bindNames: id === 'Prod',
    });
    const role = (name: string) =>
      new iam.Role(stack, name, { assumedBy: new iam.AccountPrincipal(stack.account) });
    secrets.grantRead(role('WebServer'), { names: ['app/*', 'web/session.key'] });
    secrets.grantWrite(role('Deployer'), { names: ['app/*'], context: { env: id.toLowerCase() } });
    if (id === 'Prod') ofProd(stack, secrets, role);
  }
  app.synth();
}

function ofProd(stack: Stack, secrets: Compartment, role: (name: string) => iam.Role): void {
  const reason = 'It restores backups, and is used by two people at a time.';
  const admin = role('BreakGlass');
  secrets.grantAdmin(admin);
  Validations.of(admin).acknowledge({ id: 'CompartmentAccess::ReaderCanWrite', reason });

  const office = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
  const auditor = role('Auditor');
  for (const [action, resource] of [
    ['dynamodb:Scan', secrets.tableArn],
    ['kms:Decrypt', secrets.key.keyArn],
  ] as const) {
    const its = { actions: [action], resources: [resource], conditions: office };
    auditor.addToPolicy(new iam.PolicyStatement(its));
  }

  const backup = role('Backup');
  backup.addToPolicy(
    new iam.PolicyStatement({ actions: ['dynamodb:Scan'], resources: [secrets.tableArn] }),
  );
  Validations.of(backup).acknowledge({
    id: 'CompartmentAccess::HalfGrant',
    reason: 'It copies what is sealed, and opens nothing.',
  });
  const intern = new iam.User(stack, 'Intern', { userName: 'intern' });
  secrets.grantRead(intern, { names: ['app/*'] });
  intern.addToPolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['dynamodb:*'],
      resources: [secrets.tableArn],
      conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': 'app/db.*' } },
    }),
  );
}
