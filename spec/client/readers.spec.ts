import { describe, expect, test } from '@jest/globals';
import { asyncScheduler } from 'rxjs';
import { Attempt } from '../../src/client/attempt.ts';
import { ClientConnection } from '../../src/client/client-connection.ts';
import { sendableRequest } from '../../src/client/request-head.ts';
import { captureContext } from '../../src/transport/context.ts';
import { Readers } from '../../src/wire/readers.ts';
import { ResponseReader } from '../../src/wire/response-reader.ts';
import { RecordedConnection } from '../server/support/recorded-connection.ts';

describe('a connection has a reader', () => {
  const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab';

  /** Whether a connection has the one reader that there is, when it has been asked and all of this has been said on it. */
  function hasReader(requests: number, ...said: string[]): boolean {
    const readers = new Readers(() => new ResponseReader());
    const reader = readers.take();
    readers.give(reader);
    const connection = new RecordedConnection();
    const ignore = (): void => undefined;
    const carrier = new ClientConnection(connection, {
      readers,
      maxBufferedBytes: 0,
      continueTimeout: null,
      headersTimeout: null,
      readTimeout: null,
      scheduler: asyncScheduler,
      origin: 'http://a',
      onIdle: ignore,
      onTaken: ignore,
      onGone: ignore,
    });
    const request = sendableRequest({ method: 'GET', uri: 'http://a/', headers: [] });
    const ask = (): unknown =>
      requests-- > 0 &&
      carrier.exchange(new Attempt(request), captureContext()).subscribe({ complete: ask, error: ignore });
    ask();
    for (const text of said) connection.read.next(Buffer.from(text));
    const isTaken = readers.take() !== reader;
    carrier.close();
    return isTaken;
  }

  test.each([
    [false, 'before it has been asked anything', 0, []],
    [true, 'while it waits for its answer', 1, []],
    [true, 'in the middle of that', 1, [ANSWER.slice(0, 20)]],
    [false, 'when it has been answered', 1, [ANSWER]],
    [true, 'when the next request was sent upon that', 2, [ANSWER]],
    [false, 'when that was answered, too', 2, [ANSWER, ANSWER]],
    [true, 'and takes with it one that has read what nobody asked for', 0, ['HTTP/1.1 408 \r\n']],
    [true, 'and takes with it one that could not read on', 1, ['HTTP/1.1 2\r\n']],
  ])('%p: %s', (expected, _, requests, said) => {
    expect(hasReader(requests, ...said)).toBe(expected);
  });
});
