import { answer, entriesOf } from '../../src/access/answer.js';
import type { Principals } from '../../src/access/lockfile.js';

const APP = { names: ['app/*'] };
const PROD = { context: { env: ['prod'] } };

test('what anybody may do completes what a principal may', () => {
  const principals: Principals = {
    'role half': { read: { table: [APP], key: [] } },
    anybody: { read: { table: [], key: [PROD] } },
  };
  const db = { name: 'app/db', context: { env: 'prod' } };
  expect(answer(principals, 'role half', 'read', db)).toBe('yes');
  expect(answer(principals, 'role other', 'read', db)).toBe('no');
  expect(answer(principals, 'role half', 'read', { ...db, context: {} })).toBe('no');
  expect(entriesOf(principals, { name: 'app/db' })).toEqual([
    { principal: 'role half', verb: 'read', answer: 'yes', table: [APP], key: [PROD] },
    { principal: 'anybody', verb: 'read', answer: 'half', table: [], key: [PROD] },
  ]);
});

test('what anybody may do is not told of who may do everything', () => {
  const principals: Principals = {
    'role r': { read: { table: [APP], key: [{}] } },
    anybody: { read: { table: [], key: [{ notKnown: ['StringEquals aws:PrincipalOrgID o-1'] }] } },
  };
  expect(entriesOf(principals, {})[0]).toMatchObject({ table: [APP], key: [{}] });
});

test('without a context, a grant is told with the context that it needs', () => {
  const principals: Principals = { 'role r': { read: { table: [{}], key: [PROD] } } };
  expect(answer(principals, 'role r', 'read', { name: 'a' })).toBe('yes');
  expect(entriesOf(principals, { name: 'a' })).toMatchObject([{ key: [PROD] }]);
  expect(entriesOf(principals, { name: 'a', context: { env: 'dev' } })).toEqual([]);
});

test('the key of a pair is the same in any case, as in conditions of IAM', () => {
  const principals: Principals = { 'role r': { read: { table: [{}], key: [PROD] } } };
  expect(answer(principals, 'role r', 'read', { context: { Env: 'prod' } })).toBe('yes');
});

test('a grant that is whole is none of a secret that one of its halves is not about', () => {
  const principals: Principals = { 'role r': { read: { table: [APP], key: [{}] } } };
  expect(entriesOf(principals, { name: 'web/key' })).toEqual([]);
});

describe('a refusal', () => {
  const refusing = (except: object): Principals => ({
    'role r': { list: { table: [{ ...APP, except: [except] }] } },
  });
  const said = (except: object, question: object) =>
    answer(refusing(except), 'role r', 'list', question);

  test('takes away the names that it is about', () => {
    expect(said({ names: ['app/db*'] }, { name: 'app/db.password' })).toBe('no');
    expect(said({ names: ['app/db*'] }, { name: 'app/web' })).toBe('yes');
    expect(said({ names: ['app/db*'] }, {})).toBe('yes');
  });

  test('that is limited to a context takes nothing away where another may be given', () => {
    expect(said(PROD, { name: 'app/db' })).toBe('yes');
    expect(said(PROD, { name: 'app/db', context: { env: 'prod' } })).toBe('no');
  });

  test('has exceptions, too', () => {
    const allButProd = { context: { env: ['*'] }, except: [PROD] };
    expect(said(allButProd, { name: 'app/db', context: { env: 'prod' } })).toBe('yes');
    expect(said(allButProd, { name: 'app/db', context: { env: 'dev' } })).toBe('no');
    expect(said(allButProd, { name: 'app/db', context: {} })).toBe('yes');
  });

  test('of which only the deployment knows makes the answer not known', () => {
    expect(said({ notKnown: ['IpAddress'] }, { name: 'app/db' })).toBe('not known');
    expect(said({ names: ['<Prefix>*'] }, { name: 'app/db' })).toBe('not known');
  });
});
