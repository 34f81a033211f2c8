type Methods = Record<string, (...args: unknown[]) => unknown>;

/** The methods of each prototype that is replaced: its own first, the latest last. */
const layers = new WeakMap<object, Methods[]>();

/**
 * Let the methods of a class call those of an object that implements the same interface.
 *
 * @param prototype Of the class.
 * @returns Undoes it, also while a later replacement is in force, which then stays.
 */
export function replaceMethods<T extends object>(prototype: T, by: T): () => void {
  const [from, to] = [prototype, by] as unknown as [Methods, Methods];
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(to)).filter(
    (name) => name !== 'constructor' && Object.hasOwn(from, name),
  );
  const methods = (of: (name: string) => Methods[string] | undefined) =>
    Object.fromEntries(names.map((name) => [name, of(name)])) as Methods;
  const stack = layers.get(prototype) ?? [methods((name) => from[name])];
  const layer = methods(
    (name) =>
      (...args) =>
        to[name]?.(...args),
  );
  stack.push(layer);
  layers.set(prototype, stack);
  Object.assign(from, layer);
  return () => {
    stack.splice(stack.indexOf(layer), 1);
    Object.assign(from, stack.at(-1));
    if (stack.length === 1) layers.delete(prototype);
  };
}
