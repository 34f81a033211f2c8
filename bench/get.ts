import { installPeers } from '../test/interop/install';
import { startMoto } from '../test/interop/moto';

const RUNS = 15;

/** Time `credstash get`, as a whole process, of Python and ours: in turn, on the same server. */
async function main(): Promise<void> {
  installPeers();
  const { moto, endpoint } = await startMoto();
  try {
    process.env.MOTO_ENDPOINT = endpoint;
    // The peers read where the server is when they are loaded.
    const { connect, createKey, createTable, ours, pythons } =
      await import('../test/interop/peers.js');
    await createKey('alias/credstash');
    await createTable('bench');
    await connect('bench').put('foo', 'bar');

    const seconds = { python: [] as number[], ours: [] as number[] };
    for (let run = -1; run < RUNS; run++) {
      for (const [name, get] of [
        ['python', pythons],
        ['ours', ours],
      ] as const) {
        const start = performance.now();
        const { stdout } = await get(['-t', 'bench', 'get', 'foo']);
        if (stdout !== 'bar\n') throw new Error(`${name} did not get the secret`);
        // The first run of each warms up.
        if (run >= 0) seconds[name].push((performance.now() - start) / 1000);
      }
    }
    const ratios = seconds.ours.map((each, run) => each / (seconds.python[run] ?? NaN));
    console.log(`credstash get, whole process, ${RUNS} runs in turn, Node.js ${process.version}`);
    console.log('             min   median  max');
    row('python  s', seconds.python);
    row('ours    s', seconds.ours);
    row('ratio', ratios);
  } finally {
    moto.kill();
  }
}

function row(label: string, values: number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const figures = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  console.log(label.padEnd(12), figures.map((figure) => figure?.toFixed(3)).join('  '));
}

void main();
