/** A secret that somebody might use. */
export interface Secret {
  readonly name: string;
  readonly context: Readonly<Record<string, string>>;
}

export const SECRETS: readonly Secret[] = [
  { name: 'app/db', context: { env: 'prod' } },
  { name: 'app/web', context: { env: 'dev' } },
  { name: 'other/db', context: { env: 'prod' } },
  { name: 'other/web', context: {} },
];
