import fc from 'fast-check';

import { compartmentNames as constructNames, isCompartmentName } from '../../lib/private/names.js';
import { compartmentNames } from '../src/compartment.js';

const names = fc.oneof(
  fc.constant('credstash'),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,63}$/),
  fc.string(),
);

test('compartmentNames gives the names that the construct gives, and both reject the same compartments', () => {
  fc.assert(
    fc.property(names, (compartment) => {
      if (!isCompartmentName(compartment)) {
        expect(() => compartmentNames({ compartment }, {})).toThrow(/is not a compartment's name/);
        return;
      }
      const made = constructNames(compartment);
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
  ['the defaults when nothing is set', {}, {}, 'credential-store', 'alias/credstash', false],
  [
    'the compartment option',
    { compartment: 'prod' },
    {},
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  ['the table and key options', { table: 't', key: 'k' }, {}, 't', 'k', true],
  ['the table option, with the default key', { table: 't' }, {}, 't', 'alias/credstash', false],
  [
    'CREDSTASH_DEFAULT_TABLE, with the default key',
    {},
    { CREDSTASH_DEFAULT_TABLE: 't' },
    't',
    'alias/credstash',
    false,
  ],
  [
    'CREDSTASH_COMPARTMENT',
    {},
    { CREDSTASH_COMPARTMENT: 'prod' },
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  [
    'CREDSTASH_COMPARTMENT rather than CREDSTASH_DEFAULT_TABLE',
    {},
    { CREDSTASH_COMPARTMENT: 'prod', CREDSTASH_DEFAULT_TABLE: 't' },
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  [
    'the compartment option rather than CREDSTASH_DEFAULT_TABLE',
    { compartment: 'prod' },
    { CREDSTASH_DEFAULT_TABLE: 't' },
    'credential-store-prod',
    'alias/credstash-prod',
    true,
  ],
  [
    'the defaults when both variables are empty',
    {},
    { CREDSTASH_COMPARTMENT: '', CREDSTASH_DEFAULT_TABLE: '' },
    'credential-store',
    'alias/credstash',
    false,
  ],
])(
  'compartmentNames takes the table and the key from %s',
  (_, choice, env, table, key, keyIsChosen) => {
    expect(compartmentNames(choice, env)).toMatchObject({ table, key, keyIsChosen });
  },
);
