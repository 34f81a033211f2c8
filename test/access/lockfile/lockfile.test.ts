import { VERBS } from '../../../lib/access/access';
import { KINDS } from '../compartments';
import { answer, SECRETS } from './answer';
import { Attempts } from './attempts';
import { fixture, lockedOf, OUTSIDERS } from './fixture';

describe.each(KINDS)('In a compartment that $title,', (kind) => {
  const templates = fixture(kind);
  const locked = lockedOf(templates);
  const attempts = new Attempts(templates, kind, OUTSIDERS);
  const labels = [...attempts.principals.keys()];

  test.each(labels)('the lockfile says of %s what becomes of each request', (label) => {
    const cells = VERBS.flatMap((verb) => SECRETS.map((secret) => ({ verb, secret })));
    const told = cells.map(({ verb, secret }) => [
      verb,
      secret.name,
      answer(locked, label, verb, secret),
    ]);
    const tried = cells.map(({ verb, secret }) => [
      verb,
      secret.name,
      attempts.can(label, verb, secret) ? 'yes' : 'no',
    ]);
    expect(told).toEqual(tried);
  });

  test('the lockfile names nobody else, but the managed policies', () => {
    const others = Object.keys(locked.principals).filter((each) => !labels.includes(each));
    expect(others.filter((each) => !each.startsWith('policy '))).toEqual([
      expect.stringMatching(/^group /),
    ]);
  });
});
