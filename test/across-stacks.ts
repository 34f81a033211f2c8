import { Stack, type App } from 'aws-cdk-lib';
import { Compartment } from '../lib';
import { role } from '../testbed/synthesized-aws';

/** Where the compartment `prod` is. */
export const REGION = 'eu-west-1';

/** Which role may read, or write, the secrets whose names start with `app/`. */
export const READERS = ['reader', 'edge-reader', 'name-reader', 'arns-reader', 'edge-table-reader'];
export const WRITERS = ['writer', 'edge-writer'];

/** A compartment, and roles in other stacks, of its region and of another, with grants on it. */
export function acrossStacks(app: App, account: string): void {
  const here = { account, region: REGION };
  // The roles of this stack are made before the compartment that they are granted access to.
  const application = new Stack(app, 'Application', { env: here });
  const [reader, writer] = [role(application, 'reader'), role(application, 'writer')];
  const settings = { crossRegionReferences: true };
  const edge = new Stack(app, 'Edge', { env: { account, region: 'us-east-1' }, ...settings });
  const home = new Stack(app, 'Secrets', { env: here, ...settings });
  const scope = { names: ['app/*'] };

  const secrets = new Compartment(home, 'Secrets', { compartmentName: 'prod' });
  secrets.grantRead(reader, scope);
  secrets.grantWrite(writer, scope);
  secrets.grantRead(role(edge, 'edge-reader'), scope);
  secrets.grantWrite(role(edge, 'edge-writer'), scope);

  const imports = new Stack(app, 'Imports', { env: here });
  const byName = Compartment.fromCompartmentName(imports, 'ByName', 'prod');
  byName.grants.read(role(imports, 'name-reader'), scope);
  // Both are tokens.
  const { tableArn, keyArn } = secrets;
  const byArns = Compartment.fromCompartmentAttributes(imports, 'ByArns', { tableArn, keyArn });
  byArns.grants.read(role(imports, 'arns-reader'), scope);
  const byTable = Compartment.fromCompartmentAttributes(edge, 'ByTable', {
    compartmentName: 'prod',
    tableArn: `arn:aws:dynamodb:${REGION}:${account}:table/credential-store-prod`,
  });
  byTable.grants.read(role(edge, 'edge-table-reader'), scope);
}
