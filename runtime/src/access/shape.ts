/** Why a value isn't of a shape. */
export class Misshapen extends Error {}

/** Gives a value that is of a shape. */
export type Shape<T> = (value: unknown, path: string) => T;

export const text: Shape<string> = (value, path) => {
  if (typeof value === 'string') return value;
  throw new Misshapen(`${named(path)} must be a string`);
};

export const boolean: Shape<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value;
  throw new Misshapen(`${named(path)} must be true or false`);
};

export function exactly<T>(expected: T): Shape<T> {
  return (value, path) => {
    if (value === expected) return expected;
    throw new Misshapen(`${named(path)} must be ${JSON.stringify(expected)}`);
  };
}

export function arrayOf<T>(element: Shape<T>): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Misshapen(`${named(path)} must be an array`);
    return value.map((each, index) => element(each, `${path}[${index}]`));
  };
}

/** An object with any keys. */
export function recordOf<T>(member: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path) =>
    Object.fromEntries(
      members(value, path).map(([key, each]) => [key, member(each, at(path, key))]),
    );
}

/** An object with these fields, and none else. */
export function fieldsOf<T>(shapes: {
  readonly [K in keyof T]-?: Shape<T[K]>;
}): Shape<T> {
  const known = Object.entries<Shape<unknown>>(shapes);
  return (value, path) => {
    const given = new Map(members(value, path));
    const [unknown] = [...given.keys()].filter((key) => !Object.hasOwn(shapes, key));
    if (unknown !== undefined) throw new Misshapen(`${named(at(path, unknown))} is not known`);
    const taken = known.map(([key, shape]) => [key, shape(given.get(key), at(path, key))] as const);
    return Object.fromEntries(taken.filter(([, each]) => each !== undefined)) as T;
  };
}

/** A field that may lack. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

function members(value: unknown, path: string): [string, unknown][] {
  if (Object.prototype.toString.call(value) === '[object Object]')
    return Object.entries(value as object);
  throw new Misshapen(`${named(path)} must be an object`);
}

function at(path: string, key: string): string {
  return `${path}/${key}`;
}

function named(path: string): string {
  return path === '' ? 'it' : JSON.stringify(path.slice(1));
}
