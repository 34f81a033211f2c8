/** A secret that one client writes, and another reads. */
export interface Case {
  /** The row in docs/compatibility.md. */
  readonly what: string;
  readonly value: Buffer;
  readonly digest?: string;
  readonly context: Readonly<Record<string, string>>;
  /** The context that the reader gives, which must be refused. */
  readonly wrong?: Readonly<Record<string, string>>;
  /** The version that is written. */
  readonly version?: string;
  /** The version that is read, and not the latest. */
  readonly asked?: string;
  /** The reader first writes version 9; the writer writes the one after it. */
  readonly next: boolean;
  /** The version is then stored unpadded, as clients did before December 2015. */
  readonly unpadded: boolean;
}

function of(what: string, given: Partial<Case>): Case {
  const value = Buffer.from('hunter2');
  return { what, value, context: {}, next: false, unpadded: false, ...given };
}

const DIGESTS = ['SHA', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD5'];
const TEXT = 'v1.0.0-1';
const DIGITS_19 = '1234567890123456789';

export const CASES: readonly Case[] = [
  of('a value of 7 bytes', {}),
  of('the empty value', { value: Buffer.alloc(0) }),
  of('a value of 100,000 bytes', { value: Buffer.alloc(100_000, 'x') }),
  of('a value with `é` and `値`', { value: Buffer.from('é 値') }),
  of('a value with `🔑`', { value: Buffer.from('🔑') }),
  of('a value with CRLF, and LF at its end', { value: Buffer.from('a\r\nb\n') }),
  of('a value that is not UTF-8', { value: Buffer.from([0xff, 0xfe, 0x80, 0]) }),
  ...DIGESTS.map((digest) => of(`digest \`${digest}\``, { digest })),
  of('an encryption context', { context: { env: 'prod', 'own er': 'é=1' } }),
  of('another context is refused', { context: { env: 'prod' }, wrong: { env: 'dev' } }),
  of('no context is refused', { context: { env: 'prod' }, wrong: {} }),
  of('no version: it is 1', { asked: '1' }),
  of('the next version: it is the latest', { next: true }),
  of('the next version of 9: it is 10', { next: true, asked: '10' }),
  of('version 7', { version: '7', asked: '7' }),
  of('version 0000000000000000007', { version: '7'.padStart(19, '0'), asked: '7' }),
  of('version 7, asked for padded', { version: '7', asked: '7'.padStart(19, '0') }),
  of('version 7, stored unpadded', { version: '7', asked: '7', unpadded: true }),
  of(`version ${DIGITS_19}`, { version: DIGITS_19, asked: DIGITS_19 }),
  of(`version ${TEXT}: it is the latest`, { version: TEXT }),
  of(`version ${TEXT}, asked for`, { version: TEXT, asked: TEXT }),
];
