import { call, type Action } from '../../src/aws/call.js';
import type { AwsError } from '../../src/errors.js';

const client = { config: { region: () => Promise.resolve('us-east-1'), serviceId: 'any' } };

/** The error of a call that AWS answers with an error of this name. */
async function failure(action: Action, name: string, message = 'No'): Promise<AwsError> {
  const answer = Object.assign(new Error(message), { name });
  const resource = action.startsWith('iam:') ? 'arn:aws:iam::111122223333:role/r' : 'it';
  return call(client, action, resource, () => Promise.reject(answer)).catch(
    (error: unknown) => error as AwsError,
  ) as Promise<AwsError>;
}

test.each<[Action, string, string]>([
  ['dynamodb:Query', 'ResourceNotFoundException', 'ERR_TABLE_NOT_FOUND'],
  ['kms:Decrypt', 'NotFoundException', 'ERR_KEY_NOT_FOUND'],
  ['kms:Decrypt', 'InvalidCiphertextException', 'ERR_CONTEXT_MISMATCH'],
  ['kms:GenerateDataKey', 'InvalidCiphertextException', 'ERR_AWS'],
  ['iam:GetRole', 'NoSuchEntityException', 'ERR_AWS'],
  ['iam:GetRole', 'NotFoundException', 'ERR_AWS'],
  ['iam:GetRole', 'ResourceNotFoundException', 'ERR_AWS'],
  ['sts:AssumeRole', 'ResourceNotFoundException', 'ERR_AWS'],
  ['sts:AssumeRole', 'NotFoundException', 'ERR_AWS'],
  ['iam:CreatePolicy', 'LimitExceededException', 'ERR_QUOTA'],
  ['sts:GetCallerIdentity', 'ExpiredToken', 'ERR_CREDENTIALS'],
  ['iam:GetRole', 'constructor', 'ERR_AWS'],
])('call maps %s failing with %s to %s', async (action, name, code) => {
  expect(await failure(action, name)).toMatchObject({ code });
});

test('call mentions no table, key or compartment when a resource of IAM or STS is missing', async () => {
  for (const action of ['iam:GetRole', 'sts:AssumeRole'] as const) {
    for (const name of ['ResourceNotFoundException', 'NotFoundException']) {
      expect((await failure(action, name)).message).not.toMatch(/table|key|compartment/);
    }
  }
});

test('call gives the statement that would allow a refused action when no grant does', async () => {
  const { message } = await failure('iam:GetRole', 'AccessDenied', 'not authorized');
  expect(message).toMatch(
    /This statement would allow it: {"Effect":"Allow","Action":"iam:GetRole","Resource":"arn:aws:iam::111122223333:role\/r"}$/,
  );
});

test('call suggests no grant after an explicit deny', async () => {
  const denied = 'not authorized to perform: kms:Decrypt with an explicit deny in a policy';
  const { message } = await failure('kms:Decrypt', 'AccessDeniedException', denied);
  expect(message).toMatch(/ask the owner of that policy\.$/);
  expect(message).not.toMatch(/grantRead/);
});

test("call says that the table's or key's policy must allow it, where that is what lacks", async () => {
  const denied = 'because no resource-based policy allows the kms:Decrypt action';
  const { message } = await failure('kms:Decrypt', 'AccessDeniedException', denied);
  expect(message).toMatch(/The policy of the table or the key must allow it, too: grant where/);
  expect(message).not.toMatch(/no grant can allow/);
});

test('a client that is older than the commands is named as that', async () => {
  const words = 'serializerMiddleware is not found when adding endpointV2Middleware middleware';
  expect(await failure('kms:Decrypt', 'Error', words)).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(/older AWS SDK: give one of 3\.940 or later\.$/) as string,
  });
});
