import { describe, expect, test } from '@jest/globals';
import {
  ConnectionResetError,
  HttpClient,
  IncompleteMessageError,
  type HttpRequest,
  type ResponseNotification,
} from 'rxchange';
import {
  chunk,
  CHUNKED,
  head,
  HttpTestScheduler,
  lastChunk,
  type ConnectionScript,
  type HttpRunHelpers,
  type NetworkOptions,
  type ScriptedNetwork,
} from 'rxchange/testing';
import type { Observable } from 'rxjs';
import { fastest } from '../spec/support/fastest.ts';

const GET: HttpRequest = { method: 'GET', uri: 'http://origin/a', headers: [] };

/** A head for three octets, two of its pieces, and the octets. */
const values = { h: head(200, [['Content-Length', '3']]), e: 'HTTP/1.1 2', f: '00 OK\r', b: 'abc' };

interface Play extends HttpRunHelpers, ScriptedNetwork {
  readonly get: () => Observable<ResponseNotification>;
}

/** A run with a client in a network in which the origin has one connection. */
function play(script: ConnectionScript, work: (play: Play) => void, options: NetworkOptions = {}): void {
  new HttpTestScheduler().run((helpers) => {
    const network = helpers.network({ 'http://origin': script }, { values, ...options });
    const client = new HttpClient({ transport: network.transport, retryLimit: 0 });
    work({ ...helpers, ...network, get: () => client.exchange(GET) });
  });
}

/** A test that takes less than 20 ms. */
function quick(name: string, work: () => void): void {
  test(name, () => expect(fastest(20, work)).toBeLessThan(20));
}

describe('ten exchanges over the scripted network, each in less than 20 ms', () => {
  quick('a slow connect', () => {
    play({ dns: '20ms r', connect: '300ms c', reply: '--h-(b|)' }, ({ get, ...run }) => {
      run.expectExchange(get()).toBe('322ms s-(bd|)', { b: 'abc' });
      run.expectRequests().toBe('320ms a', { a: 'GET /a' });
      run.expectConnections().toBe('o 319ms c---x');
    });
  });

  quick('a stall in the head', () => {
    play({ reply: '--e' }, ({ get, ...run }) => {
      run.expectExchange(get(), '^ 999ms !').toBe('');
      run.expectConnections().toBe('(oc) 996ms x');
    });
  });

  quick('a stall in the body', () => {
    play({ reply: { done: '--h-p', values: { p: 'ab' } } }, ({ get, ...run }) => {
      run.expectExchange(get(), '^ 999ms !').toBe('--s-b', { b: 'ab' });
    });
  });

  quick('a reset after n octets', () => {
    play({ reply: { done: '--h-p--#', values: { p: 'ab' } } }, ({ get, ...run }) => {
      run.expectExchange(get()).toBe('--s-b--#', { b: 'ab' }, ConnectionResetError);
      run.expectConnections().toBe('(oc)---x');
    });
  });

  quick('a FIN too early', () => {
    play({ reply: { done: '--h-p--|', values: { p: 'ab' } } }, ({ get, ...run }) => {
      run.expectExchange(get()).toBe('--s-b--#', { b: 'ab' }, IncompleteMessageError);
    });
  });

  quick('1xx', () => {
    play(
      { reply: { start: '-i', done: '-----h-(b|)', values: { i: head(103, [['Link', '</a>']]) } } },
      ({ get, ...run }) => {
        run.expectExchange(get()).toBe('-i---s-(bd|)', { i: 103, s: 200 });
      },
    );
  });

  quick('trailers', () => {
    const script = { h: head(200, [CHUNKED]), c: chunk('abc'), l: lastChunk([['Digest', 'x']]) };
    play({ reply: { done: '--h-c-c-(l|)', values: script } }, ({ get, ...run }) => {
      run.expectExchange(get()).toBe('--s-b-b-(d|)', { b: 'abc', d: { trailers: [['Digest', 'x']] } });
    });
  });

  quick('two segments that split a CRLF', () => {
    play(
      { reply: { done: '--e-f-g-(b|)', values: { g: '\nContent-Length: 3\r\n\r\n' } } },
      ({ get, ...run }) => {
        run.expectExchange(get()).toBe('------s-(bd|)', { s: { status: 200, phrase: 'OK' } });
      },
    );
  });

  quick('a server that closes an idle connection', () => {
    play({ reply: '--(hb) 5s |' }, ({ get, ...run }) => {
      run.expectExchange(get()).toBe('--(sbd|)');
      run.expectConnections().toBe('(oc) 5002ms x');
    });
  });

  quick('unsubscribed in the body', () => {
    play({ reply: '--h-b' }, ({ get, ...run }) => {
      run.expectExchange(get(), '^--!').toBe('--s', { s: 200 });
      run.expectConnections({ closed: 'x' }).toBe('---x');
    });
  });
});

test('the wire has a latency, both ways', () => {
  play(
    { reply: '--h-(b|)' },
    ({ get, ...run }) => {
      run.expectExchange(get()).toBe('122ms s-(bd|)');
      run.expectRequests().toBe('90ms a', { a: 'GET /a' });
      run.expectConnections().toBe('o 59ms c 63ms x');
    },
    { latency: 30 },
  );
});

test('and may cut everything into single octets', () => {
  play(
    { reply: '--h-(b|)' },
    ({ get, ...run }) =>
      run.expectExchange(get()).toBe('--s-(cdef|)', { c: 'a', d: 'b', e: 'c', f: { type: 'response_done' } }),
    {
      segment: 1,
    },
  );
});
