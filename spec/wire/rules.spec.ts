import { describe, expect, test } from '@jest/globals';
import * as errors from '../../src/message/errors.ts';
import type { RequestReader } from '../../src/wire/request-reader.ts';
import {
  forEveryCut,
  octets,
  readWhole,
  requests,
  type Open,
  type Part,
  type Session,
} from './support/every-cut.ts';
import {
  messageErrors,
  READING,
  readingExample,
  sidesOf,
  unescape,
  write,
  WRITING,
  type ReadingExample,
  type Row,
  type Side,
} from './support/rules.ts';

/** The error that a row says comes of it. */
function errorIn(row: Row): { readonly name: string; readonly code?: string } | undefined {
  const match = /^`(\w+Error)`(?: `([A-Z_]+)`)?$/.exec(row['Outcome']);
  if (match === null) return undefined;
  const [, name, code] = match as unknown as [string, string, string?];
  return code === undefined ? { name } : { name, code };
}

const readingCases = READING.flatMap((row) =>
  sidesOf(row).map((side): [rule: string, side: Side, row: Row] => [row['Rule'], side, row]),
);

/** Long examples are read whole: other specs cut around their limits. */
function read({ octets, ends }: ReadingExample, open: Open): readonly Part[] {
  return octets.length > 400 ? readWhole(open, octets, ends).parts : forEveryCut(open, octets, ends);
}

/** Keeps the sessions that are opened, to ask of their readers in the end. */
function remember(open: Open, sessions: Session[]): Open {
  return () => {
    const session = open();
    sessions.push(session);
    return session;
  };
}

describe('a rule of docs/wire.md on reading holds:', () => {
  test.each(readingCases)('%s (%s)', (_, side, row) => {
    const example = readingExample(row, side);
    const sessions: Session[] = [];
    const parts = read(example, remember(example.open(true), sessions));
    const error = errorIn(row);
    if (error === undefined) {
      expect(parts.filter((part) => 'error' in part || 'anomaly' in part)).toEqual([]);
      expect([row['Status'], row['careful: false']]).toEqual(['—', '—']);
      const { reader } = sessions[0];
      const isTunnel = row['Outcome'] === 'tunnel';
      expect(parts.some((part) => 'done' in part)).toBe(!isTunnel);
      expect(reader.isTunnel).toBe(isTunnel);
      expect([reader.isPersistent, reader.buffered > 0]).toEqual([row['Outcome'] === 'read', isTunnel]);
      expect(['read', 'read, closes', 'tunnel']).toContain(row['Outcome']);
      return;
    }
    expect(parts.at(-1)).toMatchObject({ error });
    const { serverStatus } = makeError(error.name);
    const answers = sidesOf(row).includes('server');
    expect(row['Status']).toBe(answers ? String(serverStatus) : '—');
  });

  test.each(readingCases.filter(([, side, row]) => side === 'client' && errorIn(row) !== undefined))(
    '%s (with careful: false)',
    (_, side, row) => {
      const example = readingExample(row, side);
      const sessions: Session[] = [];
      const parts = read(example, remember(example.open(false), sessions));
      const error = errorIn(row);
      expect(['yes', 'no']).toContain(row['careful: false']);
      if (row['careful: false'] === 'yes') {
        expect(parts.find((part) => 'anomaly' in part)).toMatchObject({ anomaly: error });
        expect(parts.filter((part) => 'error' in part)).toEqual([]);
        expect(sessions[0].reader.isPersistent).toBe(false);
      } else {
        expect(parts.at(-1)).toMatchObject({ error });
      }
    },
  );

  test.each(READING.filter((row) => row['Who'] === 'server'))('$Rule: a server is always careful', (row) => {
    expect(row['careful: false']).toBe('—');
  });
});

describe('a rule of docs/wire.md on writing holds:', () => {
  test.each(WRITING)('$Rule: $Example', (row) => {
    const error = errorIn(row);
    if (error === undefined) {
      expect(`\`${write(row)}\``).toBe(unescape(row['Outcome']));
    } else {
      expect(thrownBy(() => write(row))).toMatchObject(error);
    }
  });
});

describe('docs/wire.md', () => {
  test('has a row for each class of errors about messages', () => {
    const named = new Set(READING.flatMap((row) => errorIn(row)?.name ?? []));
    expect([...named].sort()).toEqual(messageErrors().sort());
  });

  test('has no rule twice, and each with its section', () => {
    const examples = [...READING, ...WRITING].map((row) => `${row['Who']} ${row['Example']}`);
    expect(examples).toHaveLength(new Set(examples).size);
    for (const row of [...READING, ...WRITING]) {
      if (row['Outcome'] !== '`RangeError`') expect(row['RFC']).toMatch(/^(?:9110 )?\d+(?:\.\d+)*$/);
    }
  });
});

/** Classes that say all by themselves. */
const PLAIN = ['ExtraDataError', 'HostRequiredError', 'ObsoleteFoldError', 'TopLineSpaceError'];

describe('an error says what is wrong', () => {
  /** What stands before the place where it was found. */
  const said = ({ name, detail, message }: Partial<errors.HttpError>): string =>
    (name === 'RangeError' ? message : detail)?.replace(
      /^ at offset.*| at offset \d+(?:, before .*)?$/s,
      '',
    ) ?? '';

  test.each(readingCases.filter(([, , row]) => errorIn(row) !== undefined))(
    'when %s (%s)',
    (_, side, row) => {
      const { octets, ends, open } = readingExample(row, side);
      const { reader } = open(true)();
      reader.push(octets);
      if (ends) reader.end();
      const read = (): unknown => {
        for (;;) {
          const notification = reader.read();
          if (notification === undefined) return undefined;
          // The next request, which is the faulty one.
          if (notification.type === 'request_done') (reader as RequestReader).next();
        }
      };
      const thrown = thrownBy(read);
      expect(said(thrown) === '').toBe(PLAIN.includes(thrown.name ?? ''));
    },
  );

  test.each([
    ['Content-Length', 'x'.repeat(65), 'x'.repeat(64)],
    ['Content-Length', `1${', 2'.repeat(30)}`, `1${', 2'.repeat(21)}`],
    ['Transfer-Encoding', 'gzip, br, chunked', 'gzip, br'],
    ['Transfer-Encoding', `${'x'.repeat(65)}, chunked`, 'x'.repeat(64)],
    ['Expect', 'x'.repeat(65), 'x'.repeat(64)],
    ['Host', '@'.repeat(65), '@'.repeat(64)],
  ])('by 64 octets at most of the value of %s: %s', (name, value, quoted) => {
    const reader = requests()().reader;
    const host = name === 'Host' ? '' : 'Host: a\r\n';
    reader.push(octets(`POST / HTTP/1.1\r\n${host}${name}: ${value}\r\n\r\n`));
    expect(said(thrownBy(() => reader.read()))).toBe(JSON.stringify(quoted));
  });

  test.each(WRITING.filter((row) => errorIn(row) !== undefined))('when $Rule: $Example', (row) => {
    expect(said(thrownBy(() => write(row)))).toMatch(/\w/);
  });
});

function thrownBy(work: () => unknown): Partial<errors.HttpError> {
  try {
    work();
  } catch (error) {
    return error as Partial<errors.HttpError>;
  }
  throw new Error('nothing was thrown');
}

function makeError(name: string): errors.HttpError {
  const Class = (errors as unknown as Record<string, new () => errors.HttpError>)[name];
  return new Class();
}
