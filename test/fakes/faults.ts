/** A reply that a test wants instead of the real one. */
export interface Fault {
  readonly status: number;
  readonly name?: string;
  readonly message?: string;
  /** The operation happens all the same; only its answer is lost. */
  readonly afterTheFact?: boolean;
  /** The n-th call of the operation from now on, 1 being the next. @default 1 */
  readonly nth?: number;
  /** @default 1 */
  readonly times?: number;
}

export type Json = Record<string, any>;

export interface Call {
  readonly operation: string;
  readonly input: Json;
}

/** A request that a service has understood, and what it would do. */
export interface Routed extends Call {
  readonly act: () => Json;
}

export class ServiceError extends Error {
  constructor(readonly status: number, name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export class Faults {
  private readonly entries: { readonly operation: string; readonly fault: Fault; seen: number }[] = [];

  add(operation: string, fault: Fault): void {
    this.entries.push({ operation, fault, seen: 0 });
  }

  /** The fault that the call of an operation that is just made must have. */
  due(operation: string): Fault | undefined {
    let found: Fault | undefined;
    for (const entry of this.entries.filter(candidate => candidate.operation === operation)) {
      entry.seen++;
      const { nth = 1, times = 1 } = entry.fault;
      if (entry.seen >= nth && entry.seen < nth + times) { found ??= entry.fault; }
    }
    return found;
  }
}

/** One page of a listing; the token is the index of the next item. */
export function page<Item>(items: readonly Item[], limit: number, token: string | undefined): { items: Item[]; nextToken?: string } {
  const start = Number(token ?? 0);
  const end = start + limit;
  return { items: items.slice(start, end), nextToken: end < items.length ? String(end) : undefined };
}
