/** The name of the error for an answer of something else than AWS: a proxy, or a network's sign-in page. */
export const FOREIGN_ANSWER = 'ForeignAnswer';

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The part of an SDK client that adds to what it does with each answer. */
interface Extensible {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: never) => Promise<{ response: unknown }>,
      ) => (args: never) => Promise<{ response: unknown }>,
      options: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string },
    ): void;
  };
}

/** What the services speak. Plain JSON is what portals and gateways speak, too. */
const TYPES = /^(application\/x-amz-json|(text|application)\/xml)/;

/**
 * Make a client refuse what is not from AWS, before it reads it: an empty answer, or a page where XML
 * is expected, would pass for success.
 */
export function refuseForeignAnswers<Client extends Extensible>(client: Client): Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { statusCode, headers } = result.response as HttpResponse;
      const { 'content-type': contentType = 'no content type', 'content-length': length } = headers;
      // Every answer of AWS has a request ID. Not every program that speaks like DynamoDB gives one.
      const isOther = TYPES.test(contentType) && length !== '0';
      if ('x-amzn-requestid' in headers || isOther) return result;
      const [type] = contentType.split(';');
      const message = `HTTP ${statusCode}, ${type}, without AWS's request ID`;
      throw Object.assign(new Error(message), {
        name: FOREIGN_ANSWER,
        $metadata: { httpStatusCode: statusCode },
      });
    },
    { step: 'deserialize', priority: 'low', name: 'refuseForeignAnswers' },
  );
  return client;
}
