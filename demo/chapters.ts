/** Who holds which of the policies that the stacks make. */
export const ROLES = {
  reader: 'credstash-read-secrets',
  writer: 'credstash-write-secrets',
  'prod-reader': 'credstash-prod-read-secrets',
};

/** A command that a role runs. */
export interface Step {
  readonly role: keyof typeof ROLES;
  readonly command: readonly string[];
  readonly input?: string;
  /** The exit code, and what standard output, or else standard error, must show. */
  readonly expected: readonly [exitCode: number, output: RegExp];
}

const SECRET = 'app/db.password';

/** What is shown, by its headings. */
export const CHAPTERS: Readonly<Record<string, readonly Step[]>> = {
  'The writer puts a secret, and the reader gets it': [
    {
      role: 'writer',
      command: ['put', SECRET, '-', '-c', 'of the orders database'],
      input: 'correct horse',
      expected: [0, /^app\/db.password has been stored\n$/],
    },
    {
      role: 'reader',
      command: ['list'],
      expected: [0, /^app\/db.password -- version 0{18}1 -- comment of the orders database\n$/],
    },
    { role: 'reader', command: ['get', SECRET], expected: [0, /^correct horse\n$/] },
  ],
  'The writer rotates it; the version before is still there': [
    {
      role: 'writer',
      command: ['put', SECRET, '-', '-a'],
      input: 'battery staple',
      expected: [0, /has been stored/],
    },
    { role: 'reader', command: ['get', SECRET], expected: [0, /^battery staple\n$/] },
    { role: 'reader', command: ['get', SECRET, '-v', '1'], expected: [0, /^correct horse\n$/] },
  ],
  'Nobody may do more than the policy says': [
    {
      role: 'reader',
      command: ['put', SECRET, '-', '-a'],
      input: 'mine',
      expected: [1, /AccessDenied.*kms:GenerateDataKey/],
    },
    {
      role: 'writer',
      command: ['get', SECRET],
      expected: [1, /AccessDenied.*dynamodb:Query/],
    },
    {
      role: 'prod-reader',
      command: ['get', SECRET],
      expected: [1, /AccessDenied.*dynamodb:Query/],
    },
  ],
};
