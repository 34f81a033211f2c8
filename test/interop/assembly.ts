import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { CACHE } from './install';

export const CDK = require.resolve('aws-cdk/bin/cdk');

/** What the project's own app is synthesized to, once for all tests. */
export const ASSEMBLY = join(CACHE, 'cdk.out');

export function synthesize(): void {
  const synth = ['synth', '--quiet', '--no-notices', '--output', ASSEMBLY];
  execFileSync(process.execPath, [CDK, ...synth], {
    cwd: join(__dirname, '../..'),
    env: { PATH: process.env.PATH, HOME: '/nonexistent', CDK_DISABLE_CLI_TELEMETRY: 'true' },
    stdio: 'pipe',
  });
}
