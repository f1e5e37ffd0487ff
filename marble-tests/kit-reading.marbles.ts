import { describe, expect, test } from '@jest/globals';
import { of } from 'rxjs';
import { HttpClient, HttpServer, responseBody, responseDone, responseStart } from 'rxchange';
import { asked, MarbleError } from 'rxchange/testing';
import { bodyOf, OCTETS as values, run, sending, slowBody, WHOLE } from './support/exchanges.ts';

const LARGE = 'x'.repeat(100_000);

describe('a server that does not read', () => {
  test('has what was sent to it when it reads on', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': { reading: '(h)--------r', reply: '--w', values },
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(sending('PUT', bodyOf('abc')))).toBe('13ms (sbd|)', WHOLE);
      expectRequests(({ content }) => content).toBe('11ms a', { a: 'abc' });
    });
  });

  test('may stop in the midst of a request', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': { reading: '-----h----r', reply: 'w', values },
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(sending('PUT', slowBody(3, 'a', 'b')))).toBe('10ms (sbd|)', WHOLE);
      expectRequests(({ content }) => content).toBe('10ms a', { a: 'ab' });
    });
  });

  test('leaves nothing behind when its client has enough of it', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections, expectRequests } = network({ 'http://origin': { reading: 'h' } });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(sending('PUT', bodyOf(LARGE))), '^ 49ms !').toBe('');
      expectConnections().toBe('(oc) 46ms x');
      expectRequests().toBe('');
    });
  });
});

describe('a client that does not read', () => {
  const handler = () => of(responseStart(200), responseBody(Buffer.from(LARGE)), responseDone());

  test('has what was sent to it when it reads on', () => {
    run(({ clients }) => {
      const { transport, expectResponses } = clients([{ send: 'a-----------|', reading: 'h--------r' }], {
        values: { a: asked('GET', '/') },
      });
      new HttpServer({ transport, host: 'origin', port: 80 }).serve(handler).subscribe();
      expectResponses(({ content }) => content.length).toBe('---------a', { a: 100_000 });
    });
  });

  test('is given up by a server that has a timeout for that', () => {
    run(({ clients }) => {
      const { transport, expectConnections, expectResponses } = clients([{ send: 'a', reading: 'h' }], {
        values: { a: asked('GET', '/') },
      });
      new HttpServer({ transport, host: 'origin', port: 80, writeTimeout: 20 }).serve(handler).subscribe();
      expectConnections().toBe('(oc) 16ms x');
      expectResponses().toBe('');
    });
  });
});

test('what is neither a hold nor its release is refused', () => {
  expect(() => run(({ network }) => void network({ 'http://origin': { reading: 'h--x' } }))).toThrow(
    MarbleError,
  );
  expect(() => run(({ clients }) => void clients([{ send: '', reading: '|' }]))).toThrow(
    "column 1: reading is held by 'h' and goes on by 'r'",
  );
});
