import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Compartment, type ICompartment } from '../lib';
import { Credstash } from '../runtime/src/index.js';
import { role, startStacks } from '../testbed/synthesized-aws';
import type { TestAws } from '../testbed/test-aws';
import { acrossStacks, READERS, REGION, WRITERS } from './across-stacks';

const ACCOUNT = '111122223333';
const IRELAND = { account: ACCOUNT, region: 'eu-west-1' };
const VIRGINIA = { account: ACCOUNT, region: 'us-east-1' };

describe('roles in other stacks, of its region and of another, with grants on a compartment', () => {
  const denied = { code: 'ERR_ACCESS_DENIED' };
  let test_: TestAws;
  const inRegion = () => ({ ...test_.target, region: REGION });

  beforeAll(async () => {
    test_ = await startStacks((app) => acrossStacks(app, ACCOUNT));
    const admin = new Credstash({ ...test_.clients(inRegion()), compartment: 'prod' });
    await admin.putAll({ 'app/db.password': 'v', 'web/key': 'v' });
  });
  afterAll(() => test_.aws.stop());

  async function as(name: string): Promise<Credstash> {
    return new Credstash({ ...(await test_.clientsOf(name, inRegion())), compartment: 'prod' });
  }

  test.each(READERS)('%s reads the secrets of its scope, and does nothing else', async (name) => {
    const secrets = await as(name);
    expect(await secrets.get('app/db.password')).toBe('v');
    await expect(secrets.get('web/key')).rejects.toMatchObject(denied);
    await expect(secrets.put('app/new', 'v')).rejects.toMatchObject(denied);
  });

  test.each(WRITERS)('%s writes the secrets of its scope, and does nothing else', async (name) => {
    const secrets = await as(name);
    await secrets.put('app/db.password', 'v', { autoVersion: true });
    await expect(secrets.put('web/key', 'v', { autoVersion: true })).rejects.toMatchObject(denied);
    await expect(secrets.get('app/db.password')).rejects.toMatchObject(denied);
  });
});

/** A compartment in one stack, and a role in another. */
function apart(
  here: StackProps,
  there: StackProps,
  grant: (home: Stack, away: Stack) => void = (home, away) =>
    new Compartment(home, 'Secrets').grantRead(role(away, 'reader')),
): { home: Stack; away: Stack } {
  const app = new App();
  const [home, away] = [new Stack(app, 'Home', here), new Stack(app, 'Away', there)];
  grant(home, away);
  return { home, away };
}

function types(stack: Stack): Set<unknown> {
  const { Resources } = Template.fromStack(stack).toJSON() as Record<string, object>;
  return new Set(Object.values(Resources ?? {}).map(({ Type }: { Type: string }) => Type));
}

describe('a grant to a role in a stack of another region', () => {
  test.each([false, true])(
    'needs no export, no custom resource and no order of the stacks (crossRegionReferences: %p)',
    (crossRegionReferences) => {
      const { home, away } = apart(
        { env: IRELAND, crossRegionReferences },
        { env: VIRGINIA, crossRegionReferences },
      );
      expect(types(away)).toEqual(new Set(['AWS::IAM::Role', 'AWS::IAM::Policy']));
      expect(JSON.stringify(Template.fromStack(home).toJSON())).not.toMatch(/Output|Custom::/);
      expect(away.dependencies).toEqual([]);
    },
  );

  test('names a key that was imported by its ARN, and needs no alias of it', () => {
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/1234';
    const { away } = apart({ env: IRELAND }, { env: VIRGINIA }, (home, there) => {
      const encryptionKey = kms.Key.fromKeyArn(home, 'Key', arn);
      new Compartment(home, 'Secrets', { encryptionKey }).grantRead(role(there, 'reader'));
    });
    Template.fromStack(away).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:Decrypt', Resource: arn })]),
      }),
    });
  });

  test('is refused if nothing names the key', () => {
    expect(() =>
      apart({ env: IRELAND }, { env: VIRGINIA }, (home, away) => {
        const encryptionKey = new kms.Key(home, 'Key');
        new Compartment(home, 'Secrets', { encryptionKey }).grantRead(role(away, 'reader'));
      }),
    ).toThrow(/set keyAlias/);
  });

  test('is one to a managed policy there, too', () => {
    const { away } = apart({ env: IRELAND }, { env: VIRGINIA }, (home, there) =>
      new Compartment(home, 'Secrets').grantRead(new iam.ManagedPolicy(there, 'Policy')),
    );
    expect(types(away)).toEqual(new Set(['AWS::IAM::ManagedPolicy']));
  });

  test('is in the policies of the table and the key, if the role was imported so', () => {
    const { home } = apart({ env: IRELAND }, { env: VIRGINIA }, (stack, away) => {
      role(away, 'other');
      const arn = `arn:aws:iam::${ACCOUNT}:role/its`;
      const grantee = iam.Role.fromRoleArn(away, 'Its', arn, {
        mutable: false,
        addGrantsToResources: true,
      });
      new Compartment(stack, 'Secrets').grantRead(grantee);
    });
    const text = JSON.stringify(Template.fromStack(home).toJSON());
    expect(text.match(/role\/its/g)).toHaveLength(2);
  });
});

describe('a grant to a role in a stack whose environment is known, of a compartment whose is not,', () => {
  test.each<[string, (home: Stack) => ICompartment]>([
    ['made in its stack', (home) => new Compartment(home, 'Secrets')],
    [
      'imported by its name',
      (home) => Compartment.fromCompartmentName(home, 'Secrets', 'credstash'),
    ],
  ])('%s, is refused', (_, secrets) => {
    const grant = (home: Stack, away: Stack) => secrets(home).grants.read(role(away, 'reader'));
    expect(() => apart({}, { env: VIRGINIA }, grant)).toThrow(
      expect.objectContaining({
        constructPath: 'Home/Secrets',
        message: expect.stringMatching(
          /stack Away, whose account is 111122223333.*Set the env of the stack Home/,
        ) as string,
      }),
    );
  });

  test('imported by its ARNs, names these', () => {
    const tableArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/mine';
    const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234';
    const { away } = apart({}, { env: VIRGINIA }, (home, there) => {
      role(home, 'other');
      const arns = { tableArn, keyArn };
      const secrets = Compartment.fromCompartmentAttributes(home, 'Secrets', arns);
      secrets.grants.read(role(there, 'reader'));
    });
    const text = JSON.stringify(Template.fromStack(away).toJSON());
    expect(text).toContain(tableArn);
    expect(text).toContain(keyArn);
  });
});

test('a grant to a role in a stack whose environment is not known names the table and the key of the compartment', () => {
  const { away } = apart({ env: IRELAND }, {});
  const text = JSON.stringify(Template.fromStack(away).toJSON());
  expect(text).toContain(':dynamodb:eu-west-1:111122223333:table/credential-store"');
  expect(text).toContain(':kms:eu-west-1:111122223333:key/*"');
});
