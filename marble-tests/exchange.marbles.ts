import { describe, expect, test } from '@jest/globals';
import { filter, map, mergeMap, share, take, type Observable } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { HttpClient, type Connection, type HttpRequest, type ResponseNotification } from 'rxchange';
import { memoryTransport } from 'rxchange/testing';

const GET: HttpRequest = { method: 'GET', uri: 'http://origin/a', headers: [['Accept', 'text/plain']] };

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n';

/** What a diagram shows of a notification: its fields, without the `flow`. */
function shown(notification: ResponseNotification): unknown {
  switch (notification.type) {
    case 'response_start':
      return [notification.status, notification.phrase, notification.headers];
    case 'response_body':
      return Buffer.from(notification.chunk).toString('latin1');
    case 'response_done':
      return notification.trailers;
    default:
      return notification.type;
  }
}

/** A client, and the octets that the one connection it makes hears of it, completed when the client ends it. */
interface Scripted {
  readonly client: HttpClient;
  readonly heard: Observable<string>;
}

/** The server answers each connection with these octets at these frames, whatever it is asked. */
function scripted({ cold }: RunHelpers, frames: string, values: Record<string, string>): Scripted {
  const transport = memoryTransport();
  const script = cold(frames, values);
  const heard = transport.listen({ host: 'origin', port: 80 }).pipe(
    filter((notification) => notification.type === 'connection'),
    take(1),
    mergeMap(({ connection }) => {
      answer(connection, script);
      return connection.read;
    }),
    map((octets) => Buffer.from(octets).toString('latin1')),
    share(),
  );
  return { client: new HttpClient({ transport }), heard };
}

function answer(connection: Connection, script: Observable<string>): void {
  script.subscribe((octets) => connection.write(octets));
}

function run(work: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work);
}

describe('an exchange on virtual time', () => {
  test('delivers each part in the very frame in which it arrives; its connection is closed after 60 s idle', () => {
    run((helpers) => {
      const { client, heard } = scripted(helpers, '--s-b-(bx)', { s: HEAD, b: 'abc', x: '' });
      const { expectObservable } = helpers;
      expectObservable(heard).toBe('r 60005ms |', {
        r: 'GET /a HTTP/1.1\r\nHost: origin\r\nAccept: text/plain\r\n\r\n',
      });
      expectObservable(client.exchange(GET).pipe(map(shown))).toBe('--s-b-(bd|)', {
        s: [200, 'OK', [['Content-Length', ' 6']]],
        b: 'abc',
        d: [],
      });
    });
  });

  test('unsubscribed half-way, closes its connection in that frame', () => {
    run((helpers) => {
      const { client, heard } = scripted(helpers, '--s-b-b', { s: HEAD, b: 'abc' });
      const { expectObservable } = helpers;
      expectObservable(heard.pipe(map(() => 'request'))).toBe('r----|', { r: 'request' });
      expectObservable(client.exchange(GET).pipe(map(shown)), '^----!').toBe('--s-b', {
        s: [200, 'OK', [['Content-Length', ' 6']]],
        b: 'abc',
      });
    });
  });
});
