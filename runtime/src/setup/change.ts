/** What is to be done to one resource. */
export interface Change {
  readonly action: 'create' | 'adopt' | 'update' | 'unchanged' | 'drifted';
  /** For people, for example `table credential-store`. */
  readonly resource: string;
  /** What will be changed. */
  readonly notes: readonly string[];
  /** What is not as setup makes it, and is left as it is. */
  readonly deviations?: readonly string[];
  /** Absent if there is nothing to do. */
  readonly apply?: () => Promise<unknown>;
}

/** One thing in which an existing resource falls short of the template. */
export interface Shortfall {
  readonly note: string;
  readonly mend: () => Promise<unknown>;
}

/** The change of an existing resource: shortfalls are mended, deviations are kept. */
export function changeOfExisting(
  resource: string,
  shortfalls: readonly Shortfall[],
  deviations: readonly string[] = [],
) {
  const notes = shortfalls.map(({ note }) => note);
  if (shortfalls.length === 0) {
    const action = deviations.length > 0 ? 'adopt' : 'unchanged';
    return { action, resource, notes, deviations } as const;
  }
  const apply = async (): Promise<undefined> => {
    for (const { mend } of shortfalls) await mend();
  };
  return { action: 'update', resource, notes, deviations, apply } as const;
}

/** The name of a resource, with the notes about it. */
export function withNotes(name: string, notes: readonly string[]): string {
  return notes.length > 0 ? `${name}: ${notes.join('; ')}` : name;
}
