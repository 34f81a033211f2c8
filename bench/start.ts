import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Credstash } from '../runtime/src/index.js';
import { buildExecutable, ownArchitecture } from '../scripts/executable';
import { fetchNode, NODES } from '../scripts/node-binaries';
import { TestAws } from '../testbed/test-aws';

const RUNS = 20;
const ROOT = join(__dirname, '..');

/** Time `credstash get`, as a whole process: of npm and the executable, in turn, on the same server. */
async function main(): Promise<void> {
  const own = ownArchitecture();
  const aws = await TestAws.start();
  try {
    await new Credstash(aws.clients()).put('foo', 'bar');
    const env = { HOME: '/nonexistent', ...(await aws.env()) };
    for (const major of [22, 24] as const) {
      const node = join(fetchNode(major, own), 'bin/node');
      const bundle = join(ROOT, 'runtime/dist/credstash.cjs');
      const executable = await buildExecutable(major, own, join(ROOT, `dist/bench/node-${major}`));
      const commands: [label: string, file: string, ...args: string[]][] = [
        ['node -e 0', node, '-e', '0'],
        ['npm', node, bundle, 'get', 'foo'],
        ['executable', executable, 'get', 'foo'],
      ];
      const times = commands.map((): number[] => []);
      for (let run = -1; run < RUNS; run++) {
        for (const [index, [, file, ...args]] of commands.entries()) {
          const start = performance.now();
          await promisify(execFile)(file, args, { env });
          // The first run of each warms up.
          if (run >= 0) times[index]?.push(performance.now() - start);
        }
      }
      const bytes = async (file: string) => ((await stat(file)).size / 1e6).toFixed(1);
      console.log(
        `\ncredstash get, whole process, ${RUNS} runs in turn, Node.js`,
        NODES[major].version,
      );
      console.log(`node ${await bytes(node)} MB, executable ${await bytes(executable)} MB`);
      console.log('ms           min   median  max');
      commands.forEach(([label], index) => row(label, times[index] ?? []));
    }
  } finally {
    await aws.aws.stop();
  }
}

function row(label: string, values: number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const figures = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  console.log(label.padEnd(12), figures.map((figure) => figure?.toFixed(0).padEnd(5)).join(' '));
}

void main();
