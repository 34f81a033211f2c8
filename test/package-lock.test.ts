import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

const lockfile = JSON.parse(readFileSync(join(__dirname, '../package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>;
};

/** What npm installs from a registry: not our own folders, nor what is inside another package. */
const installed = Object.entries(lockfile.packages).filter(
  ([path, { link, inBundle }]) => path.startsWith('node_modules/') && !link && !inBundle,
);

test('the lockfile has a hash of each package, and names no registry', () => {
  expect(installed.length).toBeGreaterThan(100);
  for (const [path, { integrity, resolved }] of installed) {
    expect([path, integrity, resolved]).toEqual([
      path,
      expect.stringMatching(/^sha512-[\w+/]{86}==$/),
      undefined,
    ]);
  }
});
