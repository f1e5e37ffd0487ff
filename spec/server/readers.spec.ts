import { describe, expect, test } from '@jest/globals';
import { NEVER, of } from 'rxjs';
import { HttpServer, responseDone, responseStart } from 'rxchange';
import { Answering } from '../../src/server/answering.ts';
import type { Handler } from '../../src/server/http-server.ts';
import { ServerConnection } from '../../src/server/server-connection.ts';
import { Readers } from '../../src/wire/readers.ts';
import { RequestReader } from '../../src/wire/request-reader.ts';
import { RecordedConnection } from './support/recorded-connection.ts';

describe('a connection has a reader', () => {
  const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

  /** Whether a connection has the one reader that there is, when all of this has been said on it. */
  function hasReader(handler: Handler, ...said: string[]): boolean {
    const readers = new Readers(() => {
      const made = new RequestReader();
      made.next();
      return made;
    });
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
