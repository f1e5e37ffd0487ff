import { describe, test } from '@jest/globals';
import { HttpClient, type HttpRequest } from 'rxchange';
import { head, HttpTestScheduler, type HttpRunHelpers, type ScriptedNetwork } from 'rxchange/testing';

const GET: HttpRequest = { method: 'GET', uri: 'http://origin/a', headers: [['Accept', 'text/plain']] };

const values = { h: head(200, [['Content-Length', '6']]), b: 'abc' };

/** A client in a network whose one server answers with these octets at these frames. */
function run(
  reply: string,
  work: (helpers: HttpRunHelpers & ScriptedNetwork & { client: HttpClient }) => void,
): void {
  new HttpTestScheduler().run((helpers) => {
    const network = helpers.network({ 'http://origin': { reply } }, { values });
    work({ ...helpers, ...network, client: new HttpClient({ transport: network.transport }) });
  });
}

describe('an exchange on virtual time', () => {
  test('delivers each part in the very frame in which it arrives; its connection is closed after 60 s idle', () => {
    run('--h-b-b', ({ client, expectConnections, expectExchange, expectRequests }) => {
      expectExchange(client.exchange(GET)).toBe('--s-b-(bd|)', {
        s: { status: 200, phrase: 'OK', headers: [['Content-Length', '6']] },
        b: 'abc',
        d: { trailers: [] },
      });
      expectRequests(({ octets }) => octets).toBe('r', {
        r: 'GET /a HTTP/1.1\r\nHost: origin\r\nAccept: text/plain\r\n\r\n',
      });
      expectConnections().toBe('(oc) 60002ms x');
    });
  });

  test('unsubscribed half-way, closes its connection in that frame', () => {
    run('--h-b-b', ({ client, expectConnections, expectExchange, expectRequests }) => {
      expectExchange(client.exchange(GET), '^----!').toBe('--s-b', { s: 200, b: 'abc' });
      expectRequests().toBe('r', { r: 'GET /a' });
      expectConnections().toBe('(oc)-x');
    });
  });
});
