import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

import { forward } from './forward';
import { NODECREDSTASH_3, NODE_MODULES, python } from './install';
import { ENV, HOME } from './peers';
import { CERTIFICATE, missing, PRIVATE_KEY, RUST_CRATE, UNICREDS } from './toolchains';

/** A put, if it has a value, or a get. */
export interface Request {
  readonly name: string;
  /** In hex. */
  readonly value?: string;
  /** Without one, the latest is read, and what the client takes by default is written. */
  readonly version?: string;
  /** Put the version after the latest. */
  readonly next: boolean;
  readonly digest?: string;
  readonly context: Readonly<Record<string, string>>;
}

/** The value that was read, in hex; or why it failed; or what the client lacks for it. */
export interface Answer {
  readonly value?: string;
  readonly error?: string;
  readonly lacks?: string;
}

/** Another client of the family, behind a driver that answers a JSON list of requests with another. */
export interface Client {
  /** In docs/compatibility.md. */
  readonly name: string;
  /** In the test kit of the format. */
  readonly id: string;
  readonly driver: readonly [program: string, ...args: string[]];
  /** Why it could not be installed here. */
  readonly missing?: string;
  /** It speaks nothing but HTTP/2 over TLS. */
  readonly onlyHttp2?: boolean;
}

const script = (file: string) => join(__dirname, 'clients', file);
const node = process.execPath;

export const CLIENTS: readonly Client[] = [
  { name: 'Python 1.17.1', id: 'python', driver: [python('python'), script('python.py')] },
  {
    name: 'nodecredstash 2.0.2',
    id: 'nodecredstash-2',
    driver: [node, script('nodecredstash-2.cjs')],
  },
  { name: 'nodecredstash 3.0.0', id: 'nodecredstash-3', driver: [node, NODECREDSTASH_3] },
  { name: 'unicreds 1.5.0', id: 'unicreds', driver: [UNICREDS], missing: missing('go') },
  {
    name: 'Rust 0.9.2',
    id: 'rust',
    driver: [RUST_CRATE],
    missing: missing('cargo'),
    onlyHttp2: true,
  },
];

/** The classes of the test kit, by what a client says. */
const CLASSES: readonly [RegExp, string][] = [
  [/stored HMAC|IntegrityError|HMAC validation failed|HMacMismatch/, 'integrity'],
  [/may not match|InvalidCiphertext|^AWSKMSError\(""\)$/, 'context'],
  [/primitives\.hashes|digest/i, 'digest'],
  [/^binascii\.Error|illegal base64|^Credstash(Decode|Hex)Fa/, 'encoding'],
];

/** The class of a failure; `other` if it is none of those of the test kit. */
export function classOf({ error = '' }: Answer): string {
  return CLASSES.find(([words]) => words.test(error))?.[1] ?? 'other';
}

/** Have a client answer requests on a table. */
export async function ask(
  client: Client,
  table: string,
  requests: readonly Request[],
  endpoint = ENV.AWS_ENDPOINT_URL,
): Promise<Answer[]> {
  if (!client.onlyHttp2) return drive(client, requests, table, endpoint);
  const files = { cert: readFileSync(CERTIFICATE), key: readFileSync(PRIVATE_KEY) };
  const server = createSecureServer(files, (incoming, response) =>
    forward(endpoint, incoming, response),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const answers = drive(client, requests, table, `https://localhost:${port}`);
  return answers.finally(() => server.close());
}

async function drive(
  { driver: [program, ...args] }: Client,
  requests: readonly Request[],
  table: string,
  endpoint: string,
): Promise<Answer[]> {
  const env = {
    ...ENV,
    PATH: process.env.PATH,
    HOME,
    NODE_PATH: NODE_MODULES,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
    SSL_CERT_FILE: CERTIFICATE, // of the server for HTTP/2
    AWS_ENDPOINT_URL: endpoint,
    CREDSTASH_TABLE: table,
  };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'], timeout: 100_000 });
  child.stdin.end(JSON.stringify(requests));
  return (await json(child.stdout)) as Answer[];
}
