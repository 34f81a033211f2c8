import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..');
const FOLDERS = ['bench', 'bin', 'demo', 'lib', 'runtime/src', 'scripts', 'testbed'];
const NOT_DRAWN = ['index', 'errors'];

interface Module {
  readonly source: string;
  readonly dependencies: readonly { readonly resolved: string }[];
}

/** What each file imports of the project's own, by folder; a file at the top of runtime/src by itself. */
async function imports(): Promise<[from: string, to: string][]> {
  const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...FOLDERS], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
  }).catch((error: { stdout: string }) => error);
  const { modules } = JSON.parse(stdout) as { modules: Module[] };
  const isOwn = (path: string) => FOLDERS.some((folder) => path.startsWith(`${folder}/`));
  return modules
    .filter(({ source }) => isOwn(source))
    .flatMap(({ source, dependencies }) =>
      dependencies
        .map(({ resolved }) => resolved)
        .filter(isOwn)
        .map((resolved): [string, string] => [room(source), room(resolved)]),
    )
    .filter(([from, to]) => from !== to);
}

function room(path: string): string {
  const inRuntime = path.replace(/^runtime\/src\//, '');
  if (inRuntime !== path) return inRuntime.replace(/(.)\/[^/]+$|\.ts$/, '$1');
  return path.replace(/\/.*/, '');
}

/** The arrows of the graphs in docs/architecture.md, each graph sorted. */
async function drawn(): Promise<string[][]> {
  const text = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8');
  return Array.from(text.matchAll(/^```mermaid\n([^]*?)^```$/gm), ([, graph = '']) =>
    Array.from(graph.matchAll(/^ +(\S+)((?: & \S+)*) --> (\S+(?: & \S+)*)$/gm)).flatMap(
      ([, first = '', more = '', targets = '']) =>
        [first, ...more.split(' & ').slice(1)].flatMap((from) =>
          targets.split(' & ').map((to) => `${from} --> ${to}`),
        ),
    ),
  ).map((arrows) => arrows.sort());
}

let edges: [from: string, to: string][];

beforeAll(async () => {
  edges = await imports();
}, 60_000);

const arrows = (pairs: [from: string, to: string][]) =>
  [...new Set(pairs.map((pair) => pair.join(' --> ')))].sort();

test('the graph of folders in docs/architecture.md equals the imports between them', async () => {
  const collapsed = edges
    .map((pair) => pair.map((each) => each.replace(/^cli\/.*/, 'cli')) as [string, string])
    .filter(([from, to]) => from !== to && ![from, to].some((each) => NOT_DRAWN.includes(each)));
  const [rooms] = await drawn();
  expect(rooms).toEqual(arrows(collapsed));
});

test('the graph of the CLI in docs/architecture.md equals its imports', async () => {
  const inside = edges.filter((pair) => pair.every((each) => each.startsWith('cli')));
  const [, cli] = await drawn();
  const names = (pair: string[]) =>
    pair.map((each) => each.replace('cli/', '')) as [string, string];
  expect(cli).toEqual(arrows(inside.map(names)));
});

test('no two folders import each other, directly or through others', () => {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  for (const start of next.keys()) {
    const seen = new Set<string>();
    const queue = [...(next.get(start) ?? [])];
    for (const each of queue) {
      if (!seen.has(each)) queue.push(...(next.get(each) ?? []));
      seen.add(each);
    }
    expect([start, seen.has(start)]).toEqual([start, false]);
  }
});
