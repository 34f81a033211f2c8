import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Passes calls on to AWS, until one of them was done: then its caller is killed. */
export class KillingProxy {
  /** The calls that were done. */
  readonly calls: string[] = [];
  private readonly killer = new AbortController();
  private readonly server = createServer(
    (incoming, response) => void this.pass(incoming, response),
  );

  private constructor(
    private readonly target: string,
    private readonly lastCall: number,
  ) {}

  /** @param lastCall The number of the call after which the caller is killed. */
  static async start(target: string, lastCall: number): Promise<KillingProxy> {
    const proxy = new KillingProxy(target, lastCall);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** Aborted when the caller is to be killed. */
  get signal(): AbortSignal {
    return this.killer.signal;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(this.target + url, { method, headers }).end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const content = await buffer(answer);
    const form = new URLSearchParams(body.toString());
    const target = headers['x-amz-target'];
    this.calls.push(typeof target === 'string' ? target : String(form.get('Action')));
    if (this.calls.length >= this.lastCall) this.killer.abort();
    else response.writeHead(answer.statusCode ?? 500, answer.headers).end(content);
  }
}
