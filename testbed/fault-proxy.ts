import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { errorAnswer, type Answer } from './answers';
import { ServiceError } from './service';

/** What goes wrong with a call: whether AWS does it, and what the caller sees of that. */
export const FAULTS = [
  '500', // done, and answered with an error
  '503',
  'throttling',
  'reset before',
  'reset after', // done, and the connection is reset
  'cut', // done, and half of the answer arrives
  'not JSON', // a page
  'silent', // done, and never answered
  'drip', // done, and answered a byte a second
] as const;
export type FaultKind = (typeof FAULTS)[number];

/** Which calls are struck, by their number from 1. */
export type Strikes = (call: number) => boolean;

/** Strike the n-th call. */
export const nth =
  (n: number): Strikes =>
  (call) =>
    call === n;

/**
 * Strike a share of all calls, the same ones for the same seed.
 *
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32
 */
export function share(rate: number, seed: number): Strikes {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32 < rate;
  };
}

/** Passes calls on to AWS, but for those that it strikes. */
export class FaultProxy {
  /** The calls that came, for example `DynamoDB_20120810.PutItem` or `GetRole`. */
  readonly calls: string[] = [];
  private readonly struck = new AbortController();
  private readonly server = createServer((incoming, response) => {
    // The caller may give up while it is served.
    this.pass(incoming, response).catch(() => response.destroy());
  });

  private constructor(
    private readonly target: string,
    private readonly fault: FaultKind,
    private readonly strikes: Strikes,
  ) {}

  static async start(target: string, fault: FaultKind, strikes: Strikes): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, fault, strikes);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** Aborted when a call was struck. */
  get signal(): AbortSignal {
    return this.struck.signal;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const target = incoming.headers['x-amz-target'];
    const isJson = typeof target === 'string';
    this.calls.push(isJson ? target : String(new URLSearchParams(body.toString()).get('Action')));
    if (!this.strikes(this.calls.length)) {
      const { status, headers, content } = await this.forward(incoming, body);
      response.writeHead(status, headers).end(content);
      return;
    }
    await this.strike(isJson, response, () => this.forward(incoming, body));
    this.struck.abort();
  }

  private async forward(incoming: IncomingMessage, body: Buffer) {
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(this.target + url, { method, headers }).end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { statusCode: status = 500, headers: answered } = answer;
    const content = await buffer(answer);
    // As AWS does: then a caller knows when an answer is cut.
    delete answered['transfer-encoding'];
    return { status, headers: { ...answered, 'content-length': content.length }, content };
  }

  private async strike(
    isJson: boolean,
    response: ServerResponse,
    forward: () => ReturnType<FaultProxy['forward']>,
  ): Promise<void> {
    const fail = (code: string, status: number) =>
      reply(response, errorAnswer(isJson, new ServiceError(code, 'Injected', status)));
    switch (this.fault) {
      case '500':
        await forward();
        {
          fail('InternalFailure', 500);
          return;
        }
      case '503': {
        fail('ServiceUnavailable', 503);
        return;
      }
      case 'throttling': {
        fail(isJson ? 'ThrottlingException' : 'Throttling', 400);
        return;
      }
      case 'reset before':
        response.socket?.resetAndDestroy();
        return;
      case 'reset after':
        await forward();
        response.socket?.resetAndDestroy();
        return;
      case 'not JSON':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
        return;
      case 'silent':
        await forward();
        return;
      case 'cut':
      case 'drip': {
        const { status, headers, content } = await forward();
        response.writeHead(status, headers);
        if (this.fault === 'drip') {
          drip(response, content);
          return;
        }
        response.write(content.subarray(0, content.length / 2), () => response.destroy());
        return;
      }
    }
  }
}

function reply(response: ServerResponse, { status, type, body }: Answer): void {
  const headers = { 'content-type': type, 'x-amzn-requestid': randomUUID() };
  response.writeHead(status, headers).end(body);
}

function drip(response: ServerResponse, content: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(content.subarray(sent, ++sent));
    if (sent >= content.length) response.end();
  }, 1000);
  response.on('close', () => clearInterval(timer));
}
