import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { map, timer, type Observable } from 'rxjs';
import {
  ConnectError,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type ResponseNotification,
} from 'rxchange';
import { HttpTestScheduler, MismatchError, type ExpectedNotification } from 'rxchange/testing';
import { bytes } from '../src/body/bytes.ts';
import { collect } from '../src/body/collect.ts';
import { concatMapBody } from '../src/body/concat-map-body.ts';
import { successful } from '../src/body/successful.ts';
import { connectTimeout } from '../src/operators/connect-timeout.ts';
import { deadline } from '../src/operators/deadline.ts';
import { headersTimeout } from '../src/operators/headers-timeout.ts';
import { readTimeout } from '../src/operators/read-timeout.ts';
import { recordMarbles } from '../src/operators/record-marbles.ts';
import { replay } from '../src/operators/replay.ts';
import { retryExchange } from '../src/operators/retry-exchange.ts';
import { Permits, withPermit } from '../src/operators/with-permit.ts';

/**
 * The diagrams of the operators' doc comments, executed. One is the first block of a comment without a language:
 *
 * ```
 * source:  --s-b-----b-(d|)     what is given, by name
 *          readTimeout(4)       what is done with it
 * result:  --s-b---#            what comes of it
 * ```
 *
 * Letters are of the one alphabet (`i` nonfinal, `s` start, `b` body, `d` done), and for what connects `r` resolved, `c`
 * connected and `k` the connection, `v` a value; any error will do for `#`. Each call has an entry in the table below.
 */
interface Diagram {
  /** The function that is documented. */
  readonly name: string;
  readonly call: string;
  readonly lines: Readonly<Record<string, string>>;
}

type Given = (line: string) => Observable<never>;

/** What comes of a call, by the name of its line. */
type Results = Readonly<Record<string, Observable<unknown>>>;

const CALLS: Readonly<Record<string, (given: Given, diagram: Diagram) => Results>> = {
  'bytes()': (given) => ({ result: given('source').pipe(bytes(), map(toValue)) }),
  'collect()': (given) => ({ result: given('source').pipe(collect(), map(toValue)) }),
  'concatMapBody(() => timer(2))': (given) => ({
    result: given('source').pipe(
      concatMapBody(() => timer(2)),
      map(toValue),
    ),
  }),
  'successful(), and s is a 404': (given) => ({
    result: (given('source') as Observable<ResponseNotification>).pipe(
      map((notification) => (notification.type === 'response_start' ? responseStart(404) : notification)),
      successful(),
    ),
  }),
  'connectTimeout(5)': (given) => ({ result: given('source').pipe(connectTimeout(5)) }),
  'deadline(7)': (given) => ({ result: given('source').pipe(deadline(7)) }),
  'headersTimeout(4)': (given) => ({ result: given('source').pipe(headersTimeout(4)) }),
  'readTimeout(4)': (given) => ({ result: given('source').pipe(readTimeout(4)) }),
  'recordMarbles(report)': (given) => ({ result: given('source').pipe(recordMarbles(() => {})) }),
  'replay(recording)(request)': (_given, { lines }) => ({
    result: replay({ marbles: lines['recording'], values: VALUES as never, subscription: '^', frame: 1 })({
      method: 'GET',
      uri: 'http://origin/',
      headers: [],
    }),
  }),
  'retryExchange({ limit: 2, delay: 3 })': (given) => ({
    result: given('source').pipe(retryExchange({ limit: 2, delay: 3 })),
  }),
  'withPermit(new Permits(1)), subscribed to twice': (given) => {
    const permits = new Permits(1);
    const polite = given('source').pipe(withPermit(permits));
    return { first: polite, second: polite };
  },
};

const VALUES = {
  i: responseNonfinal(103),
  s: responseStart(200),
  b: responseBody(Buffer.from('abc')),
  d: responseDone(),
  r: { type: 'resolved', address: '192.0.2.1' },
  c: { type: 'connected' },
  k: { type: 'connection' },
  v: { type: 'value' },
} satisfies Readonly<Record<string, ExpectedNotification>>;

/** `v` is whatever value is made of an exchange: which, the specs look at. */
function toValue(): typeof VALUES.v {
  return VALUES.v;
}

/** As it would come from a client: of a request of which nothing was sent. */
const REFUSED = Object.assign(new ConnectError('refused'), {
  exchange: { method: 'GET', uri: 'http://origin/', reused: false, sent: false },
});

/** In the second, what waits for nothing but the end needs no diagram. */
const FOLDERS = ['operators', 'body'].map((name) => new URL(`../src/${name}/`, import.meta.url));
/** A comment, and the function right behind it up to its body or the end of its signature. */
const DOCUMENTED = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export function (\w+)([^]*?)(?: \{\n|;\n)/g;
const BLOCK = /^```\n([^]*?)^```/m;
const LINE = /^(\w+): +(\S.*)$/;

interface Documented {
  readonly name: string;
  readonly isOperator: boolean;
  readonly diagram: Diagram | undefined;
}

function documentedIn(text: string): Documented[] {
  return Array.from(text.matchAll(DOCUMENTED), ([, comment, name, signature]) => {
    const block = BLOCK.exec(comment.replace(/^ *\* ?/gm, ''))?.[1];
    return {
      name,
      isOperator: /\bOperatorFunction|MonoTypeOperatorFunction/.test(signature),
      diagram: block === undefined ? undefined : readDiagram(name, block),
    };
  });
}

/** Nothing, if no line of the block is one of a diagram. */
function readDiagram(name: string, block: string): Diagram | undefined {
  const lines: Record<string, string> = {};
  const calls: string[] = [];
  for (const line of block.split('\n').filter((each) => each.trim() !== '')) {
    const [, label, marbles] = LINE.exec(line) ?? ([] as undefined[]);
    if (label === undefined || marbles === undefined) calls.push(line.trim());
    else lines[label] = marbles;
  }
  return Object.keys(lines).length === 0 ? undefined : { name, call: calls.join(' '), lines };
}

/** Plays a diagram, and fails if not what it says comes of it. */
function execute(diagram: Diagram): void {
  new HttpTestScheduler().run(({ cold, expectExchange }) => {
    const given: Given = (line) => cold<never>(diagram.lines[line], VALUES as never, REFUSED);
    const results = CALLS[diagram.call](given, diagram);
    for (const [line, result] of Object.entries(results)) {
      expectExchange(result as Observable<never>).toBe(diagram.lines[line], VALUES);
    }
  });
}

const [documented, documentedBodies] = FOLDERS.map((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => documentedIn(readFileSync(new URL(file, folder), 'utf8'))),
);
const diagrams = [...documented, ...documentedBodies].flatMap(({ diagram }) =>
  diagram === undefined ? [] : [diagram],
);

test('every operator has a diagram', () => {
  const operators = documented.filter(({ isOperator }) => isOperator);
  expect(operators.length).toBeGreaterThan(5);
  expect(operators.filter(({ diagram }) => diagram === undefined).map(({ name }) => name)).toEqual([]);
});

test('every call of a diagram is in the table, and every call of the table in a diagram', () => {
  expect(diagrams.map(({ call }) => call).sort()).toEqual(Object.keys(CALLS).sort());
});

describe.each(diagrams.map((diagram) => [diagram.name, diagram] as const))(
  'the diagram of %s',
  (_name, diagram) => {
    test('is what happens', () => {
      execute(diagram);
    });

    test('and would not be with one dash more', () => {
      const last = Object.keys(diagram.lines).at(-1)!;
      const lines = { ...diagram.lines, [last]: `-${diagram.lines[last]}` };
      expect(() => execute({ ...diagram, lines })).toThrow(MismatchError);
    });
  },
);
