import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import * as errors from '../../src/message/errors.ts';
import {
  ChunkError,
  ConnectError,
  ConnectionResetError,
  DuplicateCLError,
  HttpError,
  MessageError,
  StartLineError,
  UnwritableError,
} from '../../src/message/errors.ts';

type ErrorClass = new (detail?: string, init?: errors.HttpErrorInit) => HttpError;

/** A line of the tree that is drawn on top of the module. */
interface Drawn {
  readonly name: string;
  readonly parent: string;
  readonly code: string | undefined;
  readonly serverStatus: number | undefined;
}

function drawn(): Drawn[] {
  const source = readFileSync(join(process.cwd(), 'src/message/errors.ts'), 'utf8');
  const tree = source.slice(source.indexOf('```') + 3, source.indexOf('```', source.indexOf('```') + 3));
  const path: string[] = [];
  const lines: Drawn[] = [];
  for (const line of tree.split('\n')) {
    const match = /^ \* ([│├└─ ]*)([A-Z]\w+)(?: +([A-Z_]+)(?= |$))?(?: +(\d{3})$)?/.exec(line);
    if (match === null) continue;
    const [, branch, name, code, status] = match as unknown as [string, string, string, string?, string?];
    const depth = branch.length / 3;
    path.length = depth;
    path.push(name);
    lines.push({
      name,
      parent: depth === 0 ? '' : path[depth - 1],
      code,
      serverStatus: status === undefined ? undefined : Number(status),
    });
  }
  return lines;
}

const TREE = drawn();
const CLASSES = new Map(
  Object.entries(errors).filter(([name]) => name.endsWith('Error')) as unknown as [string, ErrorClass][],
);

describe('the tree drawn in the module', () => {
  test('has exactly the classes that are exported, once each', () => {
    const names = TREE.map(({ name }) => name).filter((name) => name !== 'TypeError');
    expect([...names].sort()).toEqual([...CLASSES.keys()].sort());
  });

  test.each(TREE.filter(({ parent }) => parent !== ''))('$name is a $parent', ({ name, parent }) => {
    const expected = parent === 'TypeError' ? TypeError : CLASSES.get(parent);
    expect(Object.getPrototypeOf(CLASSES.get(name))).toBe(expected);
  });

  const leaves = TREE.filter(({ code }) => code !== undefined && code !== 'code');
  test.each(leaves)('$name has code $code and status $serverStatus', ({ name, code, serverStatus }) => {
    const error = new (CLASSES.get(name)!)('why');
    expect({ name: error.name, code: error.code, serverStatus: error.serverStatus }).toEqual({
      name,
      code,
      serverStatus,
    });
    expect(error.desc).not.toBe('');
    // Some make more of it than they are given.
    expect(error.detail).toContain('why');
    expect(error.message).toBe(`${error.desc}: ${error.detail}`);
  });

  test('gives every class that is made a code of its own', () => {
    const codes = leaves.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    const abstract = TREE.filter(({ code }) => code === undefined || code === 'code');
    const parents = new Set(TREE.map(({ parent }) => parent));
    expect(abstract.filter(({ name }) => !parents.has(name))).toEqual([]);
  });
});

describe('an error', () => {
  test('has for its detail what it is given', () => {
    expect(new ChunkError('why')).toMatchObject({ detail: 'why', message: 'Chunked encoding error: why' });
  });

  test('without detail says what its class is', () => {
    const error = new ChunkError();
    expect(error.message).toBe('Chunked encoding error');
    expect(error.detail).toBe('');
    expect(error).toBeInstanceOf(Error);
    expect('cause' in error).toBe(false);
    expect(error.offset).toBeUndefined();
    expect(error.excerpt).toBeUndefined();
    expect(error.clientRecoverable).toBe(false);
    expect(error.exchange).toBeUndefined();
    expect(String(error)).toBe('ChunkError: Chunked encoding error');
  });

  test('says where it was found and what stood there', () => {
    const error = new ChunkError('why', { offset: 7, excerpt: 'a\r\n\x00', recoverable: true });
    expect(error.detail).toBe('why at offset 7, before "a\\r\\n\\u0000"');
    expect(error).toMatchObject({ offset: 7, excerpt: 'a\r\n\x00', clientRecoverable: true });
  });

  test('says offset 0, too', () => {
    expect(new ChunkError('', { offset: 0 }).detail).toBe(' at offset 0');
  });

  test('keeps its cause', () => {
    const cause = new Error('why');
    expect(new ConnectError('', { cause }).cause).toBe(cause);
    expect('cause' in new ConnectError('', { cause: undefined })).toBe(true);
  });
});

describe('instanceof', () => {
  test('goes up the tree and no other way', () => {
    const error = new ConnectionResetError();
    expect(error instanceof ConnectionResetError).toBe(true);
    expect(error instanceof ConnectError).toBe(true);
    expect(error instanceof HttpError).toBe(true);
    expect(error instanceof MessageError).toBe(false);
    expect(new ConnectError() instanceof ConnectionResetError).toBe(false);
    expect(new ChunkError() instanceof MessageError).toBe(true);
    expect(new ChunkError() instanceof StartLineError).toBe(false);
  });

  test.each([undefined, null, 1, 'HttpError', {}, new Error('x'), new TypeError('x'), () => {}])(
    'is false for %p',
    (value: unknown) => {
      expect(value instanceof HttpError).toBe(false);
      expect(value instanceof UnwritableError).toBe(false);
    },
  );

  test('knows an UnwritableError for a TypeError and no HttpError', () => {
    const error: unknown = new UnwritableError('why');
    expect(error instanceof UnwritableError).toBe(true);
    expect(error instanceof TypeError).toBe(true);
    expect(error instanceof HttpError).toBe(false);
    expect(new TypeError('x') instanceof UnwritableError).toBe(false);
    expect(error).toMatchObject({
      name: 'UnwritableError',
      code: 'UNWRITABLE',
      desc: 'Cannot be written as HTTP',
      detail: 'why',
      message: 'Cannot be written as HTTP: why',
    });
  });

  test('holds across two copies of the library', async () => {
    jest.resetModules();
    const copy = await import('../../src/message/errors.ts');
    expect(copy.DuplicateCLError).not.toBe(DuplicateCLError);
    const theirs: unknown = new copy.DuplicateCLError('why');
    expect(theirs instanceof DuplicateCLError).toBe(true);
    expect(theirs instanceof MessageError).toBe(true);
    expect(theirs instanceof HttpError).toBe(true);
    expect(theirs instanceof ChunkError).toBe(false);
    expect(new DuplicateCLError() instanceof copy.HttpError).toBe(true);
    expect(new DuplicateCLError() instanceof copy.ChunkError).toBe(false);
    expect((new copy.UnwritableError('why') as unknown) instanceof UnwritableError).toBe(true);
  });

  test('lets users make classes of their own', () => {
    class Mine extends ChunkError {}
    class Theirs extends ChunkError {}
    class Own extends HttpError {}
    const mine = new Mine('why');
    expect(mine instanceof Mine).toBe(true);
    expect(mine instanceof ChunkError).toBe(true);
    expect(mine instanceof HttpError).toBe(true);
    expect(mine instanceof Theirs).toBe(false);
    expect(new ChunkError() instanceof Mine).toBe(false);
    expect(mine.code).toBe('CHUNK');
    expect(new Own() instanceof HttpError).toBe(true);
    expect(new Own() instanceof MessageError).toBe(false);
  });
});
