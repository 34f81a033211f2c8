import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What the signature of a request says of it. */
export interface Signature {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** The parts of a Signature Version 4; undefined if the request has none. */
export function readSignature(headers: IncomingHttpHeaders): Signature | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]+)$/.exec(
      headers.authorization ?? '',
    );
  if (!match) return undefined;
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] =
    match;
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature };
}

/**
 * Whether the holder of a secret access key signed a POST to `/`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedWith(
  secretAccessKey: string,
  { date, region, service, signedHeaders, signature }: Signature,
  headers: IncomingHttpHeaders,
  body: string,
): boolean {
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonicalRequest = [
    'POST',
    '/',
    '',
    canonicalHeaders.join(''),
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const time = String(headers['x-amz-date']);
  const stringToSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${secretAccessKey}`,
  );
  return hmac(key, stringToSign).toString('hex') === signature;
}

/** By how many minutes the clock of a caller may be wrong. */
const TOLERANCE = 5;

/**
 * What AWS says of a request that was signed at another time than now; undefined if the time is right.
 *
 * @param time As in `x-amz-date`, for example `20260102T030405Z`.
 */
export function timeFault(time: string, now: Date): string | undefined {
  const limit = (minutes: number) => compact(new Date(now.getTime() + minutes * 60_000));
  const [earliest, latest] = [limit(-TOLERANCE), limit(TOLERANCE)];
  if (time < earliest) {
    return `Signature expired: ${time} is now earlier than ${earliest} (${compact(now)} - ${TOLERANCE} min.)`;
  }
  if (time > latest) {
    return `Signature not yet current: ${time} is still later than ${latest} (${compact(now)} + ${TOLERANCE} min.)`;
  }
  return undefined;
}

function compact(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
