import { describe, expect, test } from '@jest/globals';
import { mergeMap, Observable, Subscription, tap, timer } from 'rxjs';
import {
  HttpClient,
  type Connection,
  type HttpClientOptions,
  type HttpRequest,
  type ResponseNotification,
  type UpgradeNotification,
} from 'rxchange';
import { head, sized, type HttpRunHelpers, type Reply } from 'rxchange/testing';
import { bodyOf, request, run, slowBody } from './support/exchanges.ts';

const UPGRADE: HttpRequest = { ...request('GET'), headers: [['Upgrade', 'x/2, x']] };
const CONNECT: HttpRequest = { method: 'CONNECT', uri: 'http://origin', headers: [] };

const SWITCH = head(101, [
  ['Connection', 'upgrade'],
  ['Upgrade', 'x'],
]);

const values = {
  u: SWITCH,
  e: `${SWITCH}abc`,
  t: `${head(200, [['Content-Length', '7']])}de`,
  i: head(103),
  n: sized('no', 426),
  w: sized('ok'),
  y: head(101, [['Upgrade', 'y']]),
  a: 'abc',
  b: 'de',
};

/** By its status, by its kind; and what is said in the other protocol, by itself. */
const told = { u: 101, t: 200, i: 103, n: 426, w: 200, c: 'body', d: 'done', a: 'abc', b: 'de', f: 'FIN' };

const heard = ({ read }: Connection): Observable<string> =>
  new Observable((subscriber) =>
    read.subscribe({
      next: (chunk) => subscriber.next(Buffer.from(chunk).toString()),
      complete: () => subscriber.next('FIN'),
    }),
  );

/** Ends its side when the peer has. */
const polite = (connection: Connection): Observable<string> =>
  heard(connection).pipe(
    tap((text) => {
      if (text === 'FIN') connection.end();
    }),
  );

/** What is answered, and behind an upgrade what is heard on the connection. */
const shown = (answer: Observable<UpgradeNotification>, use = polite): Observable<number | string> =>
  new Observable((subscriber) => {
    const using = new Subscription();
    subscriber.add(using);
    return answer.subscribe({
      next: (notification) => {
        subscriber.next(
          'status' in notification ? notification.status : notification.type.slice('response_'.length),
        );
        if (notification.type !== 'response_upgrade') return;
        using.add(use(notification.connection).subscribe((text) => subscriber.next(text)));
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });

/** What comes where there is no upgrade. */
const response = (answer: Observable<UpgradeNotification>): Observable<ResponseNotification> =>
  answer as Observable<ResponseNotification>;

/** A client of an origin, each of whose connections answers so. */
const against = (
  { network }: HttpRunHelpers,
  reply: Reply | readonly Reply[],
  options: HttpClientOptions = {},
) => {
  const { transport, ...expectations } = network({ 'http://origin': () => ({ reply, values }) });
  return { client: new HttpClient({ transport, idleTimeout: 10, ...options }), ...expectations };
};

describe('an upgrade', () => {
  test('hands over the connection when it is agreed to, and completes when that is closed', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, '--u-a--b-|');
      helpers.expectObservable(shown(client.upgrade(UPGRADE))).toBe('--u-a--b-(f|)', told);
      expectConnections().toBe('(oc)-----x');
    });
  });

  test('names the protocols on this hop', () => {
    run((helpers) => {
      const { client, expectRequests } = against(helpers, '-u');
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^--!').toBe('-u', told);
      expectRequests(({ octets }) => octets).toBe('a', {
        a: 'GET / HTTP/1.1\r\nHost: origin\r\nConnection: upgrade\r\nUpgrade: x/2, x\r\n\r\n',
      });
    });
  });

  test('is a tunnel behind a 2xx to CONNECT, whatever its head says of content', () => {
    run((helpers) => {
      const { client, expectRequests } = against(helpers, '--t---a-|');
      helpers.expectObservable(shown(client.upgrade(CONNECT))).toBe('--(tb)a-(f|)', told);
      expectRequests(({ octets }) => octets).toBe('a', {
        a: 'CONNECT origin:80 HTTP/1.1\r\nHost: origin:80\r\n\r\n',
      });
    });
  });

  test('loses none of the octets that come with the head', () => {
    run((helpers) => {
      const { client } = against(helpers, '--e-----b');
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^---------!').toBe('--(ua)--b', told);
    });
  });

  test('reads nothing before somebody wants it, and loses nothing by that', () => {
    run((helpers) => {
      const { client } = against(helpers, '--e-b');
      const late = (connection: Connection): Observable<string> =>
        timer(5).pipe(mergeMap(() => heard(connection)));
      helpers.expectObservable(shown(client.upgrade(UPGRADE), late), '^---------!').toBe('--u----(ab)', told);
    });
  });

  test('is closed by who unsubscribes it, in that frame', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, '-----u');
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^------!').toBe('-----u', told);
      expectConnections().toBe('(oc)---x');
    });
  });

  test('is abandoned by who unsubscribes before it is answered', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, '-----u');
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^----!').toBe('-');
      expectConnections().toBe('(oc)-x');
    });
  });

  test('that is declined is an exchange like any other, and its connection is kept', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, ['--n', '-w']);
      helpers.expectObservable(shown(client.upgrade(UPGRADE))).toBe('--(ncd|)', told);
      helpers.expectObservable(shown(client.exchange(request('GET'))), '----^').toBe('-----(wcd|)', told);
      expectConnections().toBe('(oc)r 10ms x');
    });
  });

  test('may come behind interim responses', () => {
    run((helpers) => {
      const { client } = against(helpers, '-i-u');
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^----!').toBe('-i-u', told);
    });
  });

  test('to a protocol that was not offered is an error', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, '-y');
      helpers.expectExchange(client.exchange(request('GET'))).toBe('-#', {}, { code: 'SWITCH' });
      helpers.expectExchange(response(client.upgrade(UPGRADE))).toBe('-#', {}, { code: 'SWITCH' });
      expectConnections(({ type }) => (type === 'closed' ? type : undefined)).toBe('-(xx)', { x: 'closed' });
    });
  });

  test('before the request is sent whole is an error', () => {
    run((helpers) => {
      const { client } = against(helpers, { start: '--u' });
      const post: HttpRequest = { ...UPGRADE, method: 'POST', body: slowBody(5, 'abc') };
      helpers
        .expectExchange(response(client.upgrade(post)))
        .toBe('--#', {}, { code: 'SWITCH', detail: 'the request is not sent whole' });
    });
  });

  test('behind a request with content starts when that is sent', () => {
    run((helpers) => {
      const { client, expectRequests } = against(helpers, '--u');
      const post: HttpRequest = { ...UPGRADE, method: 'POST', body: bodyOf('abc') };
      helpers.expectObservable(shown(client.upgrade(post)), '^---!').toBe('--u', told);
      expectRequests(({ content }) => content).toBe('a', { a: 'abc' });
    });
  });

  test('takes the connection out of the pool: others have its place, and none its octets', () => {
    run((helpers) => {
      const { client, expectPool } = against(helpers, { done: '-u-a' }, { maxConnectionsPerOrigin: 1 });
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^------!').toBe('-u-a', told);
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^------!').toBe('--u-a', told);
      expectPool(client).toBe('abc', { a: 'a1 c0 i0 p1', b: 'a1 c0 i0 p0', c: '' });
    });
  });

  test('is under no timeout of HTTP any more', () => {
    run((helpers) => {
      const { client } = against(helpers, '-u 1s a', { readTimeout: 5, headersTimeout: 5, deadline: 5 });
      helpers.expectObservable(shown(client.upgrade(UPGRADE)), '^ 2s !').toBe('-u 1s a', told);
    });
  });

  test('is offered again where the connection proves stale', () => {
    run((helpers) => {
      const { network, expectObservable } = helpers;
      const { transport } = network({
        'http://origin': [
          { reply: ['w', '-|'], values },
          { reply: '-u', values },
        ],
      });
      const client = new HttpClient({ transport });
      expectObservable(shown(client.exchange(request('GET')))).toBe('(wcd|)', told);
      expectObservable(shown(client.upgrade(UPGRADE)), '-----^---!').toBe('-------u', told);
    });
  });
});

describe('an offer', () => {
  const client = new HttpClient();

  test.each<[string, Partial<HttpRequest>]>([
    ['without a protocol', {}],
    ['with an empty one', { headers: [['Upgrade', ' , ']] }],
    ['of what would not be HTTP', { headers: [['Upgrade', 'x\r\ny: z']] }],
    ['of a tunnel with content', { method: 'CONNECT', body: bodyOf('a') }],
  ])('%s throws at once', (_, wrong) => {
    expect(() => client.upgrade({ ...request('GET', ''), ...wrong })).toThrow(
      expect.objectContaining({ code: 'UNWRITABLE' }),
    );
  });
});
