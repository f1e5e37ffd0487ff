import { describe, expect, test } from '@jest/globals';
import {
  catchError,
  concat,
  ignoreElements,
  NEVER,
  of,
  Subject,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { responseBody, responseDone, responseStart } from '../../src/message/notifications.ts';
import { HttpServer, type Handler } from '../../src/server/http-server.ts';
import type { ListenNotification } from '../../src/transport/transport.ts';
import { RecordedConnection } from './support/recorded-connection.ts';

function conversation(handler: Handler, request: string) {
  const scheduler = new VirtualTimeScheduler();
  const connection = new RecordedConnection();
  const accepted = new Subject<ListenNotification>();
  const transport = { connect: () => NEVER, listen: () => accepted };
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  new HttpServer({ transport, scheduler, idleTimeout: null, writeTimeout: null, onError })
    .serve(handler)
    .subscribe();
  accepted.next({ type: 'connection', connection });
  connection.read.next(Buffer.from(request));
  return { scheduler, connection, errors };
}

const HTTP_10 = 'GET / HTTP/1.0\r\n\r\n';
const HTTP_11 = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('an answer that breaks off', () => {
  const breaksOff: Handler = () =>
    concat(
      of(responseStart(200), responseBody(Buffer.from('half'))),
      throwError(() => new Error('half-way')),
    );

  test('is cut where the end of the connection would be its end', () => {
    expect(conversation(breaksOff, HTTP_10).connection.done).toEqual(['cut']);
  });

  test('just ends where its framing tells that it is not whole', () => {
    expect(conversation(breaksOff, HTTP_11).connection.done).toEqual(['end']);
  });
});

describe('the time to close behind the last answer', () => {
  const long: Handler = () => of(responseStart(200), responseBody(new Uint8Array(1_000_000)), responseDone());

  test('begins when the answer has left', () => {
    const { connection, scheduler } = conversation(long, HTTP_10);
    scheduler.flush();
    expect(connection.done).toEqual(['end']);
    connection.drain();
    scheduler.flush();
    expect(connection.done).toEqual(['end', 'destroy']);
  });

  test('begins at once when there is little to leave', () => {
    const { connection, scheduler } = conversation(() => of(responseStart(200), responseDone()), HTTP_10);
    scheduler.flush();
    expect(connection.done).toEqual(['end', 'destroy']);
  });
});

test('pipelined requests wait until the answers before them have left', () => {
  const begun: string[] = [];
  const long: Handler = ({ uri }) => {
    begun.push(uri);
    return of(responseStart(200), responseBody(new Uint8Array(20_000)), responseDone());
  };
  const { connection } = conversation(long, HTTP_11.repeat(2) + HTTP_11.replace('/', '/last'));
  expect(begun).toEqual(['/']);
  connection.read.complete();
  for (const expected of [
    ['/', '/'],
    ['/', '/', '/last'],
  ]) {
    connection.drain();
    expect(begun).toEqual(expected);
  }
  expect(connection.done).toEqual([]);
  connection.drain();
  expect(connection.done).toEqual(['end']);
});

describe('malformed content', () => {
  const malformed = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n';

  test('is the fault of the client, when the handler passes it on', () => {
    const { connection, errors } = conversation(({ body }) => body.pipe(ignoreElements()), malformed);
    expect(connection.text).toMatch(/^HTTP\/1.1 400 [^]*\r\nConnection: close\r\n/);
    expect(connection.done).toEqual(['end']);
    expect(errors).toEqual([]);
  });

  test('ends the connection, when the handler answers it', () => {
    const answers: Handler = ({ body }) =>
      body.pipe(
        ignoreElements(),
        catchError(() => of(responseStart(422), responseDone())),
      );
    const { connection } = conversation(answers, malformed);
    expect(connection.text).toMatch(/^HTTP\/1.1 422 [^]*\r\nConnection: close\r\n/);
    expect(connection.done).toEqual(['end']);
  });
});

test('an error behind done is told to onError, and leaves the answer whole', () => {
  const late = new Error('late');
  const { connection, errors } = conversation(
    () =>
      concat(
        of(responseStart(204), responseDone()),
        throwError(() => late),
      ),
    HTTP_11,
  );
  expect(connection.text).toMatch(/^HTTP\/1.1 204 /);
  expect(connection.done).toEqual([]);
  expect(errors).toEqual([late]);
});
