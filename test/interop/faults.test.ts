import { inspect } from 'node:util';

import Table from 'cli-table3';

import { runCli } from '../../demo/cli';
import { FaultProxy, FAULTS, share, type FaultKind } from '../../testbed/fault-proxy';
import { TestAws } from '../../testbed/test-aws';
import { ALL, sharedAws, VERBS, type Verb, type Verdict } from './fault-verbs';

/** With FAULTS=all, 10 runs of each, with more secrets and the default deadline. */
const RUNS = ALL ? 10 : 1;
const DEADLINE = ALL ? 30 : 3;
const RATES = [0.1, 0.3];

/** FAULTS_SEED repeats the faults of an earlier run. */
const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000);

/** Runs at once: most of them wait. */
const AT_ONCE = 6;

/** Seconds for a process to start, and for the wait between attempts to end. */
const SLACK = 10;

interface Cell {
  readonly name: string;
  readonly verb: Verb;
  readonly fault: FaultKind;
  readonly rate: number;
  readonly verdicts: Verdict[];
  readonly waits: number[];
  readonly notes: string[];
}

const cells = Object.entries(VERBS).flatMap(([name, verb]) =>
  FAULTS.flatMap((fault) =>
    RATES.map((rate): Cell => ({ name, verb, fault, rate, verdicts: [], waits: [], notes: [] })),
  ),
);

let shared: TestAws;
beforeAll(async () => {
  shared = await sharedAws();
});
afterAll(() => shared.aws.stop());

async function run(cell: Cell, id: string, seed: number): Promise<void> {
  const { name, verb, fault, rate } = cell;
  const test_ = verb.isAlone ? await TestAws.startWith(() => Promise.resolve()) : shared;
  try {
    await verb.prepare?.(test_, id);
    await judged(cell, { test_, id, seed });
  } catch (error) {
    // The other runs go on.
    cell.notes.push(`${name}, ${fault}, ${rate}: could not be judged: ${inspect(error)}`);
  } finally {
    if (test_ !== shared) await test_.aws.stop();
  }
}

async function judged(
  cell: Cell,
  { test_, id, seed }: { test_: TestAws; id: string; seed: number },
): Promise<void> {
  const { name, verb, fault, rate } = cell;
  const proxy = await FaultProxy.start(test_.aws.endpoint, fault, share(rate, seed));
  const args = [...(ALL ? [] : ['--timeout', String(DEADLINE)]), ...verb.args(id)];
  const env = { ...(await test_.env()), AWS_ENDPOINT_URL: proxy.endpoint };
  const start = performance.now();
  const outcome = await runCli(args, env);
  cell.waits.push((performance.now() - start) / 1000);
  proxy.stop();
  const verdict = await verb.judge({ ...outcome, test_, id });
  cell.verdicts.push(verdict);
  if (verdict === 'held') return;
  const { exitCode, stdout, stderr } = outcome;
  const said = JSON.stringify({ exitCode, stdout, stderr }).slice(0, 2000);
  cell.notes.push(`${name}, ${fault}, ${rate}: ${verdict}: ${said}`);
}

function table(): string {
  const head = ['command', 'fault', 'rate', 'runs', 'held', 'lost', 'doubled', 'silent'];
  const rows = cells.map(({ name, fault, rate, verdicts, waits }) => {
    const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length;
    const counts = (['held', 'lost', 'doubled', 'silent'] as const).map(count);
    const wait = `${Math.max(...waits).toFixed(1)} s`;
    return [name, fault, `${rate * 100} %`, verdicts.length, ...counts, wait];
  });
  const shown = new Table({
    head: [...head, 'longest wait'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  shown.push(...rows);
  return shown.toString();
}

test('no command loses, doubles or silently changes anything, or waits in vain, while calls fail', async () => {
  const queue = cells
    .flatMap((cell) => Array.from({ length: RUNS }, () => cell))
    .map((cell, i) => ({ cell, id: `id${i}`, seed: SEED + i }))
    .values();
  const worker = async () => {
    for (const { cell, id, seed } of queue) await run(cell, id, seed);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const notes = cells.flatMap((cell) => cell.notes);
  process.stdout.write(`${[table(), ...notes, `FAULTS_SEED=${SEED}`].join('\n')}\n`);
  expect(notes).toEqual([]);
  for (const { name, fault, rate, verb, waits } of cells) {
    const wait = {
      name,
      fault,
      rate,
      isInTime: Math.max(...waits) < verb.depth * DEADLINE + SLACK,
    };
    expect(wait).toMatchObject({ isInTime: true });
  }
}, 7200_000);
