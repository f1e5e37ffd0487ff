import { idOf, ratio, type Metric, type Ratio, type Result } from './statistics.ts';

/** What a ratio within one run must not be worse than. Both sides are `section/workload/subject`. */
export interface Budget {
  readonly of: string;
  readonly to: string;
  readonly metric: Metric;
  readonly atMost?: number;
  readonly atLeast?: number;
}

const BUDGETS: readonly Budget[] = [
  // A client's CPU an exchange: small GET over 64 connections.
  { of: 'client/get-64/rxchange', to: 'client/get-64/undici-dispatch', metric: 'cpu', atMost: 0.95 },
  { of: 'client/get-64/rxchange', to: 'client/get-64/undici-request', metric: 'cpu', atMost: 0.6 },
  { of: 'client/get-64/rxchange', to: 'client/get-64/node-http', metric: 'cpu', atMost: 0.3 },
  { of: 'client/get-64/rxchange', to: 'client/get-64/axios', metric: 'cpu', atMost: 0.05 },
  { of: 'client/get-64/rxchange', to: 'client/get-64/bare-socket', metric: 'cpu', atMost: 1.7 },
  // It does not grow with what is there.
  { of: 'client/get-1000/rxchange', to: 'client/get-64/rxchange', metric: 'cpu', atMost: 1.3 },
  { of: 'client/origins-10000/rxchange', to: 'client/get-64/rxchange', metric: 'cpu', atMost: 2 },

  // Requests a second of a server.
  { of: 'server/get-64/rxchange', to: 'server/get-64/node-http', metric: 'rate', atLeast: 1.5 },
  { of: 'server/get-64/rxchange', to: 'server/get-64/bare', metric: 'rate', atLeast: 0.8 },
  { of: 'server/get-64-of-5000/rxchange', to: 'server/get-64/rxchange', metric: 'cpu', atMost: 1.3 },
  { of: 'pipeline/get-64/rxchange', to: 'pipeline/get-64/node-http', metric: 'rate', atLeast: 4 },

  // MiB a second of a client's bodies.
  { of: 'body/download/rxchange', to: 'body/download/bare-data', metric: 'rate', atLeast: 1 },
  { of: 'body/download/rxchange', to: 'body/download/undici-request', metric: 'rate', atLeast: 1.3 },
  { of: 'body/upload/rxchange', to: 'body/upload/bare-data', metric: 'rate', atLeast: 1 },
  { of: 'body/upload/rxchange', to: 'body/upload/undici-request', metric: 'rate', atLeast: 1.3 },
  { of: 'body/chunked-64/rxchange', to: 'body/chunked-64/undici-request', metric: 'rate', atLeast: 2 },

  // Memory of what is idle; and that a long run leaves nothing behind, in time and in heap, as well as two processes are alike.
  { of: 'memory/idle-client/rxchange', to: 'memory/idle-client/node-http', metric: 'bytes', atMost: 1 },
  { of: 'memory/idle-server/rxchange', to: 'memory/idle-server/node-http', metric: 'bytes', atMost: 0.8 },
  { of: 'memory/client-age/old', to: 'memory/client-age/young', metric: 'cpu', atMost: 1.05 },
  { of: 'memory/client-age/old', to: 'memory/client-age/young', metric: 'heap', atMost: 1.05 },
  { of: 'memory/server-age/old', to: 'memory/server-age/young', metric: 'cpu', atMost: 1.05 },
  { of: 'memory/server-age/old', to: 'memory/server-age/young', metric: 'heap', atMost: 1.05 },

  // Reading a head, in what it takes to look at its octets once; and that dripping is linear, 64 times as much being quadratic.
  { of: 'wire/head-10/response-reader', to: 'wire/head-10/scan', metric: 'ns', atMost: 4 },
  { of: 'wire/dripped/1024 KiB', to: 'wire/dripped/16 KiB', metric: 'ns', atMost: 3 },
];

const budgeted = new Set(BUDGETS.flatMap(({ of, to }) => [of, to]));

export function isBudgeted(id: string): boolean {
  return budgeted.has(id);
}

/** A budget, and how it has fared. */
export interface Outcome extends Ratio {
  readonly budget: Budget;
  readonly isMet: boolean;
  /** Whether it is worse than its budget by more than the noise explains. */
  readonly isBroken: boolean;
}

/** The outcomes of all budgets whose two sides were measured. */
export function judge(results: readonly Result[]): Outcome[] {
  const known = new Map(results.map((result) => [idOf(result), result]));
  return BUDGETS.flatMap((budget) => {
    const of = known.get(budget.of);
    const to = known.get(budget.to);
    if (of === undefined || to === undefined) return [];
    const { value, noise } = ratio(of, to, budget.metric);
    const { atMost = Infinity, atLeast = -Infinity } = budget;
    const isMet = value <= atMost && value >= atLeast;
    return [
      { budget, value, noise, isMet, isBroken: !(value - noise <= atMost && value + noise >= atLeast) },
    ];
  });
}
