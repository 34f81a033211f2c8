import {
  DescribeKeyCommand,
  DisableKeyCommand,
  ScheduleKeyDeletionCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Compartment, type CompartmentProps } from '../lib';
import { Credstash } from '../runtime/src/index.js';
import { role, startSynthesized } from '../testbed/synthesized-aws';
import type { TestAws } from '../testbed/test-aws';

const IMPORTED = 'arn:aws:kms:us-east-1:111122223333:key/1234';
const DELETION = Match.objectLike({ Action: ['kms:ScheduleKeyDeletion', 'kms:DisableKey'] });

function compartment(props: (stack: Stack) => CompartmentProps): Stack {
  const stack = new Stack();
  new Compartment(stack, 'Compartment', props(stack));
  return stack;
}

function expectDeletionRefused(stack: Stack, isRefused: boolean): void {
  const Statement = Match.arrayWith([DELETION]);
  Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: Match.objectLike({ Statement: isRefused ? Statement : Match.not(Statement) }),
  });
}

describe("a compartment's key, on an AWS that enforces its policy,", () => {
  const DAY = 86_400_000;
  let test_: TestAws;

  beforeAll(async () => {
    test_ = await startSynthesized((stack) => {
      new Compartment(stack, 'Compartment');
      const breakGlassRole = role(stack, 'break-glass');
      breakGlassRole.addToPolicy(new iam.PolicyStatement({ actions: ['kms:*'], resources: ['*'] }));
      new Compartment(stack, 'Prod', { compartmentName: 'prod', breakGlassRole });
    });
    await new Credstash(test_.clients()).put('name', 'value');
  });

  afterAll(() => test_.aws.stop());

  afterEach(() => void jest.restoreAllMocks());

  function inDays(days: number): void {
    const now = Date.now() + days * DAY;
    jest.spyOn(Date, 'now').mockReturnValue(now);
  }

  async function disable(client: KMSClient, alias = 'credstash'): Promise<void> {
    await client.send(new DisableKeyCommand({ KeyId: await keyId(alias) }));
  }

  test.each([0, 90])(
    "can't be deleted or disabled by anybody %i days after its use",
    async (days) => {
      inDays(days);
      const { kms: admin } = test_.clients();
      const deletion = new ScheduleKeyDeletionCommand({ KeyId: await keyId('credstash') });
      for (const attempt of [() => disable(admin), () => admin.send(deletion)]) {
        await expect(attempt()).rejects.toThrow(/explicit deny in a resource-based policy/);
      }
    },
  );

  test('can be disabled 91 days after its use', async () => {
    inDays(91);
    await disable(test_.clients().kms);
  });

  test('can be disabled by the break-glass role alone, where there is one', async () => {
    await expect(disable(test_.clients().kms, 'credstash-prod')).rejects.toThrow(/explicit deny/);
    await disable((await test_.clientsOf('break-glass')).kms, 'credstash-prod');
  });

  /** DisableKey takes no alias. */
  async function keyId(name: string): Promise<string | undefined> {
    const command = new DescribeKeyCommand({ KeyId: `alias/${name}` });
    return (await test_.clients().kms.send(command)).KeyMetadata?.KeyId;
  }
});

test('a Compartment with removalPolicy DESTROY lets its key be deleted', () => {
  expectDeletionRefused(
    compartment(() => ({})),
    true,
  );
  expectDeletionRefused(
    compartment(() => ({ removalPolicy: RemovalPolicy.DESTROY })),
    false,
  );
});

test('a Compartment adds nothing about deletion to the policy of an encryptionKey', () => {
  expectDeletionRefused(
    compartment((stack) => ({ encryptionKey: new kms.Key(stack, 'K') })),
    false,
  );
});

describe('Compartment refuses', () => {
  test.each<[string, (stack: Stack) => CompartmentProps, RegExp]>([
    [
      'bindNames with a key whose policy it can not change',
      (stack) => ({ bindNames: true, encryptionKey: kms.Key.fromKeyArn(stack, 'K', IMPORTED) }),
      /needs a key whose policy this app defines/,
    ],
    ['openUnbound without bindNames', () => ({ openUnbound: true }), /openUnbound needs bindNames/],
    [
      'a breakGlassRole for a key that it does not create',
      (stack) => ({ encryptionKey: new kms.Key(stack, 'K'), breakGlassRole: role(stack, 'r') }),
      /breakGlassRole needs a key that the compartment creates and retains/,
    ],
    [
      'a breakGlassRole for a key that may be deleted',
      (stack) => ({ removalPolicy: RemovalPolicy.DESTROY, breakGlassRole: role(stack, 'r') }),
      /breakGlassRole needs a key/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => compartment(props)).toThrow(message);
  });
});
