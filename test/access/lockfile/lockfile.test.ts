import { VERBS } from '../../../lib/access/verbs';
import { jsonOf } from '../../../lib/access/lockfile';
import { answer } from '../../../runtime/src/access/answer.js';
import { parseLockfile } from '../../../runtime/src/access/lockfile.js';
import { KINDS } from '../compartments';
import { Attempts } from './attempts';
import { fixture, lockfileOfApp, OUTSIDERS } from './fixture';
import { SECRETS } from './secrets';

describe.each(KINDS)('In a compartment that $title,', (kind) => {
  const templates = fixture(kind);
  // As the CLI reads it.
  const { compartments } = parseLockfile(jsonOf(lockfileOfApp(templates)), 'the lockfile');
  const [locked] = Object.values(compartments);
  if (!locked) throw new Error('The app has no compartment');
  const attempts = new Attempts(templates, kind, OUTSIDERS);
  const labels = [...attempts.principals.keys()];

  test.each(labels)('the lockfile says of %s what becomes of each request', (label) => {
    const cells = VERBS.flatMap((verb) => SECRETS.map((secret) => ({ verb, secret })));
    const told = cells.map(({ verb, secret }) => [
      verb,
      secret.name,
      answer(locked.principals, label, verb, secret),
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
