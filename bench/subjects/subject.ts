import { Readable } from 'node:stream';

/** What a client is told to do. */
export interface Task {
  readonly port: number;
  /** How many origins share the work: addresses of 127/8, all of them one listener's. */
  readonly hosts: number;
  /** Exchanges under way at any time. */
  readonly lanes: number;
  /** Whether they are `https`. */
  readonly isSecure?: boolean | undefined;
  /** For how long, or how often. */
  readonly extent: { readonly ms: number } | { readonly count: number };
  /** Octets of JSON to send with each request, by POST. */
  readonly content?: string | undefined;
  /** Octets to send with each request, by PUT and in pieces. */
  readonly upload?: number | undefined;
  /** Octets behind the head of each answer, for those who read no more than that. */
  readonly receives?: number | undefined;
}

/** Makes one exchange, and says when its response has been read to its end. What fails is thrown, and ends the run. */
export type Exchange = (done: () => void) => void;

/** A module that is a client. */
export interface Client {
  prepare(task: Task): Exchange;
}

/** A module that is a server. */
export interface Server {
  /** Listens on all addresses, and says on which port. */
  listen(): Promise<number>;
  /** Is told what comes next. */
  expect?(workload: string): void;
}

/** Runs `exchange` in so many lanes until it is over; how often that was. */
export function inLanes(exchange: Exchange, lanes: number, isOver: () => boolean): Promise<number> {
  return new Promise((resolve) => {
    let active = 0;
    let finished = 0;
    const begin = (): void => {
      if (isOver()) {
        if (active === 0) resolve(finished);
        return;
      }
      active++;
      exchange(done);
    };
    const done = (): void => {
      active--;
      finished++;
      begin();
    };
    for (let lane = 0; lane < lanes; lane++) begin();
  });
}

/** Whom a request goes to. */
export interface Origin {
  readonly hostname: string;
  readonly port: number;
  /** With its scheme, and without a path. */
  readonly origin: string;
  readonly url: string;
}

/** The origins of a task, one after the other. */
export function originsOf({ port, hosts, isSecure = false }: Task): () => Origin {
  const origins = Array.from({ length: hosts }, (_, host): Origin => {
    const number = host + 1;
    const hostname = `127.${String(number >> 16)}.${String((number >> 8) & 0xff)}.${String(number & 0xff)}`;
    const origin = `${isSecure ? 'https' : 'http'}://${hostname}:${String(port)}`;
    return { hostname, port, origin, url: `${origin}/` };
  });
  let next = 0;
  return () => {
    const origin = origins[next];
    next = next + 1 === hosts ? 0 : next + 1;
    return origin;
  };
}

const { BENCH_IDENTITY } = process.env;

/** The certificate of a server that is to speak TLS, with its key, as PEM. */
export const identity =
  BENCH_IDENTITY === undefined ? undefined : (JSON.parse(BENCH_IDENTITY) as Record<'cert' | 'key', string>);

/** Of content that is sent in pieces. */
export const PIECE = Buffer.alloc(65_536, 'x');

/** What a server answers to a small GET. */
export const CONTENT = 'hello, world!';

type Fields = readonly (readonly [name: string, value: string])[];

const known = new Map<string, Fields>();

/** The fields that a server sends besides Content-Type and those of its own, by workload: made once, not for each request. */
export function fieldsFor(workload: string): Fields {
  let fields = known.get(workload);
  if (fields === undefined) known.set(workload, (fields = makeFields(workload)));
  return fields;
}

function makeFields(workload: string): Fields {
  const count = Number(/^\/?fields-(\d+)$/.exec(workload)?.[1] ?? 0);
  return Array.from({ length: count }, (_, at) => [
    `X-Field-${String(at)}`,
    `the value of field ${String(at)}`,
  ]);
}

/** The method and fields of a task's requests; their content is the task's, or the pieces of an upload. */
export function requestOf({ content, upload }: Task): {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Record<string, string>;
} {
  if (content !== undefined) {
    return {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': String(content.length) },
    };
  }
  if (upload !== undefined) return { method: 'PUT', headers: { 'Content-Length': String(upload) } };
  return { method: 'GET', headers: {} };
}

/** So many octets, piece by piece. */
export function* pieces(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= PIECE.length) {
    yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
  }
}

/** The same as a stream: what peers send. */
export function readablePieces(length: number): Readable {
  const source = pieces(length);
  return new Readable({
    highWaterMark: PIECE.length,
    read(): void {
      const piece = source.next();
      this.push(piece.done === true ? null : piece.value);
    },
  });
}

/** Of what is not meant to fail: ends the run. */
export function fail(error: unknown): never {
  throw error;
}
