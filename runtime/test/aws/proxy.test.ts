import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

import { runCli } from '../../../demo/cli.js';
import { proxyFor } from '../../src/aws/proxy.js';
import { Credstash } from '../../src/index.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();

/** A proxy that makes every connection to the AWS of the tests, whatever its name. */
let proxy: Server;
let refusal: string | undefined;
const sockets = new Set<Socket>();
const asked: { readonly to: string | undefined; readonly authorization: string | undefined }[] = [];
const firstBytes: Buffer[] = [];

function connectThrough(host: string): Server {
  const server = createServer((_, response) => response.writeHead(400).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', ({ url, headers }, socket: Socket) => {
    asked.push({ to: url, authorization: headers['proxy-authorization'] });
    if (refusal === 'silent') return;
    if (refusal) return socket.end(`HTTP/1.1 ${refusal}\r\n\r\n<html>`);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (url?.endsWith(':443')) {
      return socket.once('data', (bytes) => firstBytes.push(bytes) && socket.destroy());
    }
    const onward = connect(Number(new URL(secrets.test_.aws.endpoint).port), 'localhost');
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy());
  });
  return server.listen(0, host);
}

beforeAll(async () => {
  proxy = connectThrough('127.0.0.1');
  await once(proxy, 'listening');
});
beforeEach(() => {
  asked.length = 0;
  firstBytes.length = 0;
  refusal = undefined;
});
afterAll(() => {
  proxy.close();
  for (const socket of sockets) socket.destroy();
});

const proxyUrl = (user = '') => `http://${user}127.0.0.1:${(proxy.address() as AddressInfo).port}`;

/** The environment of an administrator, for whom AWS is at a name that only the proxy knows. */
async function env(more: NodeJS.ProcessEnv = {}): Promise<NodeJS.ProcessEnv> {
  const admin = await secrets.test_.env();
  return { ...admin, AWS_ENDPOINT_URL: 'http://aws.invalid:8000', ...more };
}

describe('through the proxy of HTTP_PROXY', () => {
  test.each([
    ['put', 'a', 'v'],
    ['get', 'foo'],
    ['list'],
    ['setup', '--dry-run'],
    ['doctor'],
    ['--arn', 'arn:aws:iam::111122223333:role/reader', 'get', 'foo'],
  ])('the CLI runs %s', async (...args) => {
    await secrets.credstash.put('foo', 'bar');
    expect(await runCli(args, await env({ HTTP_PROXY: proxyUrl() }))).toMatchObject({
      exitCode: 0,
    });
    expect(new Set(asked.map(({ to }) => to))).toEqual(new Set(['aws.invalid:8000']));
  });

  test('the library reads, with the name and password of the URL', async () => {
    await secrets.credstash.put('foo', 'bar');
    const before = { ...process.env };
    Object.assign(process.env, await env({ http_proxy: proxyUrl('me:p%40ss@') }));
    try {
      const credstash = new Credstash();
      expect(await credstash.get('foo')).toBe('bar');
      credstash.close();
    } finally {
      for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(asked[0]).toEqual({ to: 'aws.invalid:8000', authorization });
  });
});

test('a proxy has an IPv6 address, and a password with a percent sign', async () => {
  const six = connectThrough('::1');
  await once(six, 'listening');
  const { port } = six.address() as AddressInfo;
  await secrets.credstash.put('foo', 'bar');
  const HTTP_PROXY = `http://me:100%@[::1]:${port}`;
  const outcome = await runCli(['get', 'foo'], await env({ HTTP_PROXY }));
  six.close();
  expect(outcome).toMatchObject({ stdout: 'bar\n', stderr: '' });
  expect(asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:100%').toString('base64')}`);
});

test('AWS is asked through HTTPS_PROXY, in TLS from end to end', async () => {
  const more = { AWS_ENDPOINT_URL: '', AWS_MAX_ATTEMPTS: '1', https_proxy: proxyUrl() };
  await runCli(['--timeout', '2', 'get', 'foo'], await env(more));
  const host = 'dynamodb.us-east-1.amazonaws.com';
  expect(asked).toEqual([{ to: `${host}:443`, authorization: undefined }]);
  // A ClientHello, for that name.
  expect(firstBytes[0]?.[0]).toBe(0x16);
  expect(firstBytes[0]?.toString('latin1')).toContain(host);
});

test('what is on this machine is asked directly', async () => {
  const direct = { ...(await secrets.test_.env()), HTTP_PROXY: proxyUrl(), ALL_PROXY: proxyUrl() };
  await secrets.credstash.put('foo', 'bar');
  expect(await runCli(['get', 'foo'], direct)).toMatchObject({ stdout: 'bar\n' });
  expect(asked).toEqual([]);
});

describe('a proxy that can not be used', () => {
  const failed = async (more: NodeJS.ProcessEnv) => {
    const start = performance.now();
    const { exitCode, stderr } = await runCli(['--timeout', '5', 'get', 'foo'], await env(more));
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(stderr).not.toContain('p4ss');
    expect(exitCode).toBe(1);
    return stderr;
  };

  test('is named with its answer, and asked once if it refuses the password', async () => {
    refusal = '407 Proxy Authentication Required';
    const stderr = await failed({ HTTP_PROXY: proxyUrl('me:p4ss@') });
    expect(stderr).toContain(`(ProxyError: ${proxyUrl()}: Bad response: 407)`);
    expect(stderr).toContain('Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.');
    expect(asked).toHaveLength(1);
  });

  test('is asked again if it fails', async () => {
    refusal = '503 Service Unavailable';
    const stderr = await failed({ HTTP_PROXY: proxyUrl(), AWS_MAX_ATTEMPTS: '2' });
    expect(stderr).toContain('Bad response: 503');
    expect(asked).toHaveLength(2);
  });

  test('is named if nothing listens there', async () => {
    const stderr = await failed({ HTTP_PROXY: 'me:p4ss@127.0.0.1:1', AWS_MAX_ATTEMPTS: '2' });
    expect(stderr).toMatch(/ProxyError: http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/);
  });

  test('ends the call if it never answers', async () => {
    refusal = 'silent';
    expect(await failed({ HTTP_PROXY: proxyUrl() })).toMatch(/Could not call dynamodb:Query/);
  });

  test.each(['socks5://me:p4ss@127.0.0.1:1080', 'http://me:p4ss@:x'])(
    'is refused as %s, which is no URL of an HTTP proxy',
    async (url) => {
      const stderr = await failed({ HTTP_PROXY: url });
      expect(stderr).toContain('HTTP_PROXY must be the URL of an HTTP proxy');
    },
  );
});

const AWS = 'dynamodb.us-east-1.amazonaws.com';

test.each<[host: string, noProxy: string | undefined, isDirect: boolean]>([
  [AWS, undefined, false],
  [AWS, '', false],
  [AWS, '*', true],
  [AWS, 'example.com, amazonaws.com', true],
  [AWS, '.amazonaws.com', true],
  [AWS, '*.amazonaws.com', true],
  [AWS, 'AMAZONAWS.COM:443', true],
  [AWS, 'amazonaws.com:8443', false],
  [AWS, 'aws.com', false],
  [AWS, AWS, true],
  ['localhost', undefined, true],
  ['kms.localhost', undefined, true],
  ['127.0.0.2', undefined, true],
  ['::1', undefined, true],
  ['169.254.169.254', undefined, true],
  ['169.254.170.2', undefined, true],
  ['fd00:ec2::254', undefined, true],
  ['127.example.com', undefined, false],
])('with NO_PROXY, a connection to %s is direct: %s, %s', (host, no_proxy, isDirect) => {
  const env = { HTTPS_PROXY: 'http://proxy:3128', ...(no_proxy !== undefined && { no_proxy }) };
  const proxied = proxyFor('https', { host, port: 443 }, env);
  expect(proxied).toBe(isDirect ? undefined : 'http://proxy:3128');
});

test('a lower-case variable comes before the upper-case one, even empty', () => {
  const to = { host: AWS, port: 443 };
  const both = { https_proxy: 'http://a', HTTPS_PROXY: 'http://b' };
  expect(proxyFor('https', to, both)).toBe('http://a');
  expect(proxyFor('https', to, { ...both, https_proxy: '' })).toBeUndefined();
  expect(proxyFor('https', to, { HTTP_PROXY: 'http://c' })).toBeUndefined();
});
