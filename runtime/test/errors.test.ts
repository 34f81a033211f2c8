import * as errors from '../src/errors.js';

/** Another copy of the module, as in the package's other form. */
let others!: typeof errors;
jest.isolateModules(() => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import` gives the same copy
  others = require('../src/errors.js') as typeof errors;
});

const CALL = {
  service: 'KMS',
  action: 'kms:Decrypt',
  resource: 'alias/credstash',
  region: 'us-east-1',
  detail: 'Error: no',
  advice: undefined,
} as const;

/** An error of each class. */
const made = ({ CredstashError, AwsError, BulkReadError, BulkWriteError }: typeof errors) => ({
  CredstashError: new CredstashError('ERR_NOT_TEXT', 'no'),
  AwsError: new AwsError('ERR_AWS', CALL),
  BulkReadError: new BulkReadError(new Map([['a', 'v']]), new Map()),
  BulkWriteError: new BulkWriteError(new Map(), new Map()),
});

const CLASSES = ['CredstashError', 'AwsError', 'BulkReadError', 'BulkWriteError'] as const;

test.each(CLASSES)('instanceof recognises a %s of another copy of the package', (name) => {
  expect(others[name]).not.toBe(errors[name]);
  const theirs = made(others)[name];
  for (const each of CLASSES) {
    const isInstance = each === name || each === 'CredstashError';
    expect([each, theirs instanceof errors[each]]).toEqual([each, isInstance]);
    expect([each, made(errors)[name] instanceof errors[each]]).toEqual([each, isInstance]);
  }
  expect(theirs).toMatchObject({ name });
});

test('a BulkReadError made by another copy of the package gives its secrets', () => {
  const error: unknown = made(others).BulkReadError;
  expect(error instanceof errors.BulkReadError && error.secrets.get('a')).toBe('v');
});

test('instanceof CredstashError is false for other errors, plain objects and primitives', () => {
  for (const value of [new Error('no'), {}, null, undefined, 'ERR_AWS', { code: 'ERR_AWS' }]) {
    expect(value instanceof errors.CredstashError).toBe(false);
  }
});

test("instanceof a caller's subclass of CredstashError is true only for its own instances", () => {
  class Own extends errors.CredstashError {}
  expect(new Own('ERR_AWS', 'no') instanceof Own).toBe(true);
  expect(new Own('ERR_AWS', 'no') instanceof errors.CredstashError).toBe(true);
  expect(new errors.CredstashError('ERR_AWS', 'no') instanceof Own).toBe(false);
});
