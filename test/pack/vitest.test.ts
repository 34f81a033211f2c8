import { Packed } from './packed';

let packed: Packed;

beforeAll(async () => {
  packed = await Packed.install('--workspace', 'runtime');
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
  await packed.run('npm', ['install', ...quiet, 'vitest@4.1.12']);
}, 300_000);

afterAll(() => packed.remove());

test('the unit test of the README of credstash-runtime passes in vitest', async () => {
  const title = await packed.writeUnitTest('vitest', 'module', 'vitest');
  const env = { AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const args = ['vitest', 'run', '--root', 'vitest', '--reporter', 'tap'];
  expect(await packed.run('npx', args, env)).toContain(`ok 1 - ${title} #`);
});
