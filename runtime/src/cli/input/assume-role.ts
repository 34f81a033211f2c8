import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';

import { CredstashError } from '../../errors.js';

/**
 * Credentials of a role.
 *
 * @throws ERR_CREDENTIALS
 */
export async function assumeRole(arn: string, region: string) {
  const params = { RoleArn: arn, RoleSessionName: 'credstash' };
  try {
    return await fromTemporaryCredentials({ params, clientConfig: { region } })();
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new CredstashError(
      'ERR_CREDENTIALS',
      `Can't assume the role ${arn} (${name}: ${message}).`,
      { cause },
    );
  }
}
