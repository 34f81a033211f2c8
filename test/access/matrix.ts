import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { KMS } from '@aws-sdk/client-kms';

import { ACCOUNTS, Compartments, type Account, type Kind } from './compartments';

/** Whose credentials send a request, and what they call its compartment. */
export interface Caller {
  readonly dynamodb: DynamoDB;
  readonly kms: KMS;
  readonly TableName: string;
  readonly KeyId: string;
}

/** The columns of a matrix, in their order. */
export const COLUMNS = [
  ...['reader', 'reader names', 'reader context', 'reader both'],
  ...['writer', 'writer names', 'writer context', 'writer both'],
  ...['lister'],
  ...['deleter', 'deleter names'],
  ...['rewrapper', 'rewrapper names', 'rewrapper context', 'rewrapper both'],
  ...['mixed', 'admin', 'owner'],
];

export type Requests = Readonly<
  Record<string, (caller: Caller, compartment: Compartments) => Promise<unknown>>
>;

interface Row {
  readonly request: string;
  /** In which kinds of compartment and accounts; everywhere, if it is empty. */
  readonly where: readonly string[];
  /** A mark for each column. */
  readonly expected: string;
}

/**
 * Run every cell of a matrix: each request, with the credentials of each column, from each account.
 *
 * A line says the request, where the line holds, and for each column what becomes of it:
 * `+` the service does it, `-` access is denied, `0` it is allowed, and good for nothing. The last
 * column is the administrator of the compartment's account; that of another account, who has no grant,
 * is always denied.
 */
export function describeMatrix(
  kind: Kind,
  requests: Requests,
  matrix: string,
  prepare: (compartment: Compartments) => Promise<unknown>,
): void {
  describe(`In a compartment that ${kind.title},`, () => {
    let compartment: Compartments;

    beforeAll(async () => {
      compartment = await Compartments.start(kind);
      await prepare(compartment);
    });
    afterAll(() => compartment.stop());

    const rows = parse(matrix).filter(({ where }) => includes(where, 'kind', kind.name));
    test.each(rows)('$request', async ({ request, where, expected }) => {
      const send = requests[request];
      if (!send) throw new Error(`No request is called ${request}`);
      const accounts = Object.keys(ACCOUNTS) as Account[];
      const cells = accounts
        .filter((account) => includes(where, 'account', account))
        .flatMap((account) => COLUMNS.map((column, index) => ({ account, column, index })));
      const results = cells.map(async ({ account, column }) => {
        const caller = await compartment.caller(account, column);
        return `${account} ${column}: ${await mark(send(caller, compartment))}`;
      });
      const wanted = cells.map(({ account, column, index }) => {
        const hasNoGrant = account !== 'same' && column === 'owner';
        return `${account} ${column}: ${hasNoGrant ? '-' : expected[index]}`;
      });
      expect(await Promise.all(results)).toEqual(wanted);
    });
  });

  test('Each request has a line', () => {
    const lines = new Set(parse(matrix).map(({ request }) => request));
    expect([...lines].sort()).toEqual(Object.keys(requests).sort());
  });
}

const WORDS = { kind: ['unbound', 'moving', 'bound'], account: Object.keys(ACCOUNTS) };

function includes(where: readonly string[], of: keyof typeof WORDS, word: string): boolean {
  const said = where.filter((each) => WORDS[of].includes(each));
  return said.length === 0 || said.includes(word);
}

function parse(matrix: string): Row[] {
  const lines = matrix.split('\n').filter((line) => /[-+0]\s*$/.test(line));
  return lines.map((line) => {
    const [request = '', where = '', ...marks] = line.split('|');
    const expected = marks.join('').replace(/\s/g, '');
    if (!/^[-+0]+$/.test(expected) || expected.length !== COLUMNS.length) {
      throw new Error(`Not a line of ${COLUMNS.length} cells: ${line}`);
    }
    return { request: request.trim(), where: where.split(/\s+/).filter(Boolean), expected };
  });
}

/** What AWS answers when nobody denied the request, and yet it is good for nothing. */
const USELESS = [
  'InvalidCiphertextException',
  'UnsupportedOperationException',
  'ValidationException',
];

async function mark(attempt: Promise<unknown>): Promise<'+' | '-' | '0'> {
  try {
    await attempt;
    return '+';
  } catch (error) {
    const { name } = error as Error;
    if (name === 'AccessDeniedException') return '-';
    if (USELESS.includes(name)) return '0';
    throw error;
  }
}
