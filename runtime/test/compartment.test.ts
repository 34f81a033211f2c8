import fc from 'fast-check';

import { compartmentNames as constructNames } from '../../lib/private/names.js';
import { compartmentNames } from '../src/compartment.js';

const names = fc.oneof(
  fc.constant('credstash'),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,63}$/),
  fc.string(),
);

test('the runtime looks where the construct puts things, and both refuse the same names', () => {
  fc.assert(
    fc.property(names, (compartment) => {
      let made;
      try {
        made = constructNames(compartment);
      } catch {
        expect(() => compartmentNames({ compartment }, {})).toThrow(/is not a compartment's name/);
        return;
      }
      expect(compartmentNames({ compartment }, {})).toEqual({
        key: made.keyAlias,
        table: made.tableName,
        keyIsChosen: true,
        readPolicy: made.readPolicyName,
        writePolicy: made.writePolicyName,
      });
    }),
  );
});

test.each([
  ['nothing', {}, {}, 'credential-store', 'alias/credstash', false],
  [
    'a compartment',
    { compartment: 'prod' },
    {},
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  ['a table and a key', { table: 't', key: 'k' }, {}, 't', 'k', true],
  ['a table', { table: 't' }, {}, 't', 'alias/credstash', false],
  ['CREDSTASH_DEFAULT_TABLE', {}, { CREDSTASH_DEFAULT_TABLE: 't' }, 't', 'alias/credstash', false],
  [
    'CREDSTASH_COMPARTMENT',
    {},
    { CREDSTASH_COMPARTMENT: 'prod' },
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  [
    'CREDSTASH_COMPARTMENT, over CREDSTASH_DEFAULT_TABLE',
    {},
    { CREDSTASH_COMPARTMENT: 'prod', CREDSTASH_DEFAULT_TABLE: 't' },
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  [
    'a compartment, over the table of the environment',
    { compartment: 'prod' },
    { CREDSTASH_DEFAULT_TABLE: 't' },
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  [
    'empty variables',
    {},
    { CREDSTASH_COMPARTMENT: '', CREDSTASH_DEFAULT_TABLE: '' },
    'credential-store',
    'alias/credstash',
    false,
  ],
])('%s', (_, choice, env, table, key, keyIsChosen) => {
  expect(compartmentNames(choice, env)).toMatchObject({ table, key, keyIsChosen });
});
