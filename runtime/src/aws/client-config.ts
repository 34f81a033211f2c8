/** The part of an AWS SDK client's configuration that the caller chooses. */
interface ClientChoice {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/** What every AWS client is made with: it waits, and tries again, when it is throttled. */
export function clientConfig<T extends ClientChoice>(choice: T) {
  const chosen = Object.entries(choice).filter(([, value]) => value !== undefined);
  return { retryMode: 'adaptive', maxAttempts: 8, ...(Object.fromEntries(chosen) as Chosen<T>) };
}

type Chosen<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
