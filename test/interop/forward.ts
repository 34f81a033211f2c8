import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** What moto, or another AWS, reads of a call. The rest is of the connection. */
const HEADERS = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'];

/** Pass a call on to a server, and its answer back. */
export function forward(
  target: string,
  incoming: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): void {
  const headers = Object.fromEntries(HEADERS.map((name) => [name, incoming.headers[name] ?? '']));
  const outgoing = request(target, { method: 'POST', headers }, (answer) => {
    response.statusCode = answer.statusCode ?? 500;
    response.setHeader('content-type', answer.headers['content-type'] ?? '');
    answer.pipe(response);
  });
  incoming.pipe(outgoing);
}
