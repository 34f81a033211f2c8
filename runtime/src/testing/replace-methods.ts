type Methods = Record<string, (...args: unknown[]) => unknown>;

/**
 * Let the methods of a class call those of an object that implements the same interface.
 *
 * @param prototype Of the class.
 * @returns Puts back what was replaced.
 */
export function replaceMethods<T extends object>(prototype: T, by: T): () => void {
  const [from, to] = [prototype, by] as unknown as [Methods, Methods];
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(to)).filter(
    (name) => name !== 'constructor' && Object.hasOwn(from, name),
  );
  const replaced = names.map((name) => [name, from[name]] as const);
  for (const name of names) from[name] = (...args) => to[name]?.(...args);
  return () => void Object.assign(from, Object.fromEntries(replaced));
}
