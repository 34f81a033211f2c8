import { VERBS } from '../../../lib/access/verbs';
import { KINDS } from '../compartments';
import { SECRETS } from './secrets';
import { Attempts } from './attempts';
import type { Templates } from './deployed';
import { fixture, lockfileOfApp, OUTSIDERS } from './fixture';
import { mutationsOf } from './mutations';

const STRANGER = {
  account: '999988887777',
  arn: 'arn:aws:iam::999988887777:user/admin',
  arns: ['arn:aws:iam::999988887777:user/admin'],
  policies: () => [{ Statement: { Effect: 'Allow' as const, Action: '*', Resource: '*' } }],
};

/** All take minutes: without `MUTATIONS=all`, a part of them, spread over all statements. */
const STEP = process.env.MUTATIONS === 'all' ? 1 : 40;

describe.each(KINDS)('In a compartment that $title,', (kind) => {
  const mutations = mutationsOf(fixture(kind)).filter((_, index) => index % STEP === 0);

  /** What becomes of each request, at the table and at the key, in one text. */
  const tried = (templates: Templates) => {
    const outsiders = { ...OUTSIDERS, 'account 999988887777': STRANGER };
    const attempts = new Attempts(templates, kind, outsiders);
    const answers = [...attempts.principals.keys()].flatMap((label) =>
      SECRETS.flatMap((secret) => [
        ...VERBS.flatMap((verb) => [
          attempts.can(label, verb, secret),
          ...attempts.halves(label, verb, secret),
        ]),
        ...attempts.unbound(label, secret),
      ]),
    );
    return answers.map(Number).join('');
  };
  const told = (templates: Templates) => JSON.stringify(lockfileOfApp(templates).compartments);

  test('a mutation of a statement shows in the lockfile if, and only if, it changes access', () => {
    const originals = new Map<Templates, { readonly tried: string; readonly told: string }>();
    const results = mutations.map(({ what, before, after }) => {
      const original = originals.get(before) ?? { tried: tried(before), told: told(before) };
      originals.set(before, original);
      return {
        what,
        changes: tried(after) !== original.tried,
        shows: told(after) !== original.told,
      };
    });
    expect(results.filter(({ changes, shows }) => changes !== shows)).toEqual([]);
  });
});
