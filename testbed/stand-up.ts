import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

import type { Target } from './apply';
import { ACCOUNT } from './service';
import type { Template } from '../runtime/src/setup/template.js';

/** Credentials, as every AWS tool takes them from the environment. */
export type CredentialsEnv = Record<
  'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_SESSION_TOKEN',
  string
>;

/** The templates that `cdk synth` makes of the project's own app, by stack. */
export async function synthesize(): Promise<Map<string, Template>> {
  const folder = await mkdtemp(join(tmpdir(), 'credstash-synth-'));
  try {
    const cdk = require.resolve('aws-cdk/bin/cdk');
    await promisify(execFile)(process.execPath, [cdk, 'synth', '--quiet', '--output', folder]);
    const suffix = '.template.json';
    const files = (await readdir(folder)).filter((file) => file.endsWith(suffix));
    const stacks = files.map((file) => file.slice(0, -suffix.length)).sort();
    const templates = stacks.map(async (stack) => {
      const template = await readFile(join(folder, stack + suffix), 'utf8');
      return [stack, JSON.parse(template) as Template] as const;
    });
    return new Map(await Promise.all(templates));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The policy of a role that any identity of an account may assume. */
export function trustIn(account: string): object {
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'sts:AssumeRole',
    },
  };
}

/** Create a role that any identity of its account may assume, with at most one managed policy. */
export async function createRole(target: Target, name: string, policyName?: string): Promise<void> {
  const { account = ACCOUNT } = target;
  const iam = new IAMClient(target);
  const AssumeRolePolicyDocument = JSON.stringify(trustIn(account));
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  if (policyName === undefined) return;
  const PolicyArn = `arn:aws:iam::${account}:policy/${policyName}`;
  await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
}

/** Credentials of a session of a role. */
export async function assumeRole(target: Target, name: string): Promise<CredentialsEnv> {
  const RoleArn = `arn:aws:iam::${target.account ?? ACCOUNT}:role/${name}`;
  const { Credentials } = await new STSClient(target).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'local' }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: SessionToken,
  };
}
