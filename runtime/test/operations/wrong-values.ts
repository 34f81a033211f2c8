export const throwing = (): never => {
  throw new TypeError('thrown by the caller');
};

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

/** What a program in JavaScript may pass by mistake, made anew for each test. */
export const WRONG: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  '-1': () => -1,
  '1': () => 1,
  '1.5': () => 1.5,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '1n': () => 1n,
  'an empty string': () => '',
  'a string': () => 'word',
  'half a surrogate pair': () => '\ud800',
  'a string object': () => new String('word'),
  'a symbol': () => Symbol('word'),
  'a function': () => throwing,
  'a class': () => Map,
  'an empty array': () => [],
  'an array with a hole': () => new Array<string>(1),
  'an array of numbers': () => [1],
  'an empty object': () => ({}),
  'an object with an unknown name': () => ({ nonsense: 1 }),
  'an object with a getter that throws': () =>
    Object.defineProperty({}, 'version', { get: throwing, enumerable: true }),
  'an object whose toString throws': () => ({ toString: throwing }),
  'an object with a tag that throws': () =>
    Object.defineProperty({}, Symbol.toStringTag, { get: throwing }),
  'a revoked proxy of an object': () => revoked({}),
  'a revoked proxy of an array': () => revoked([]),
  'a proxy that throws': () =>
    new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing }),
  'a Map': () => new Map([['a', 1]]),
  'a Map whose iterator throws': () => Object.assign(new Map(), { [Symbol.iterator]: throwing }),
  'an object that is called a Map': () => ({ [Symbol.toStringTag]: 'Map' }),
  'a Set': () => new Set(['a']),
  'a Date': () => new Date(0),
  'an Error': () => new Error('word'),
  'a promise': () => Promise.resolve('word'),
  'a regular expression': () => /word/,
  'an ArrayBuffer': () => new ArrayBuffer(1),
  'an array of 16-bit numbers': () => new Uint16Array(1),
  'bytes that were transferred': detached,
  bytes: () => new Uint8Array(1),
  'an AbortSignal': () => new AbortController().signal,
};
