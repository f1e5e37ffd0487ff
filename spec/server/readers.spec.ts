import { describe, expect, test } from '@jest/globals';
import { NEVER, of } from 'rxjs';
import { HttpServer, responseDone, responseStart } from 'rxchange';
import { Answering } from '../../src/server/answering.ts';
import type { Handler } from '../../src/server/http-server.ts';
import { Readers } from '../../src/server/readers.ts';
import { ServerConnection } from '../../src/server/server-connection.ts';
import { RecordedConnection } from './support/recorded-connection.ts';

describe('readers', () => {
  test('are used again, each when it was given back', () => {
    const readers = new Readers({});
    const [one, another] = [readers.take(), readers.take()];
    expect(another).not.toBe(one);
    readers.give(one);
    expect(readers.take()).toBe(one);
  });

  test('are kept in so many that a moment of a busy server needs them, and no more', () => {
    const readers = new Readers({});
    const given = Array.from({ length: 65 }, () => readers.take());
    for (const reader of given) readers.give(reader);
    const taken = given.map(() => readers.take());
    expect(taken.filter((reader) => given.includes(reader))).toHaveLength(64);
  });
});

describe('a connection has a reader', () => {
  const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

  /** Whether a connection has the one reader that there is, when all of this has been said on it. */
  function hasReader(handler: Handler, ...said: string[]): boolean {
    const readers = new Readers({});
    const reader = readers.take();
    readers.give(reader);
    const connection = new RecordedConnection();
    const ignore = (): void => undefined;
    const served = new ServerConnection(connection, {
      ...HttpServer.defaults,
      readers,
      keepAlive: '',
      handle: (request, answer) => {
        const answering = new Answering(request, answer, ignore);
        handler(request).subscribe(answering);
        return answering;
      },
      onTimeout: ignore,
      onIdle: ignore,
      onExchange: ignore,
      onGone: ignore,
      isStopping: () => false,
    });
    served.start();
    for (const text of said) connection.read.next(Buffer.from(text));
    const isTaken = readers.take() !== reader;
    served.close();
    return isTaken;
  }
  const brief: Handler = () => of(responseStart(204), responseDone());

  test.each<[boolean, string, Handler, string[]]>([
    [false, 'before it has said anything', brief, []],
    [true, 'in the middle of a head', brief, [GET.slice(0, 9)]],
    [true, 'while it is answered', () => NEVER, [GET]],
    [false, 'when it has been answered', brief, [GET]],
    [true, 'when the next head has begun', brief, [GET + GET.slice(0, 9)]],
    [false, 'when that was answered, too', brief, [GET + GET.slice(0, 9), GET.slice(9)]],
  ])('%p: %s', (expected, _, handler, said) => {
    expect(hasReader(handler, ...said)).toBe(expected);
  });
});
