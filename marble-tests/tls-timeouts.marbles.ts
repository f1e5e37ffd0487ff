import { describe, expect, test } from '@jest/globals';
import { concat, concatMap, endWith, mergeMap, of } from 'rxjs';
import { HttpClient, tlsTransport, type HttpError } from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { GET, run } from './support/exchanges.ts';

const HOST = { host: 'origin', port: 443 };

// The handshakes are real, and the other end never says a word.
describe('a TLS handshake', () => {
  test('that a server does not answer is bounded by the connect timeout', () => {
    run(({ expectExchange, flush }) => {
      const network = memoryTransport({ latency: 2 });
      const ends: string[] = [];
      network.listen(HOST).subscribe((notification) => {
        if (notification.type !== 'connection') return;
        notification.connection.read.subscribe({ complete: () => ends.push('end') });
      });
      const client = new HttpClient({
        transport: tlsTransport({}, network),
        connectTimeout: 10,
        retryLimit: 0,
      });
      const response = client.exchange({ ...GET, uri: 'https://origin/' });
      expectExchange(response).toBe('10ms #', undefined, {
        code: 'CONNECT_TIMEOUT',
        detail: '10 ms, connected by then',
      });
      flush();
      expect(ends).toEqual(['end']);
    });
  });

  test('that a client does not begin is bounded by the handshake timeout', () => {
    run(({ expectObservable, flush }) => {
      const network = memoryTransport({ latency: 2 });
      const faults: HttpError[] = [];
      const transport = tlsTransport(
        {
          SNICallback: (_, done) => done(null),
          handshakeTimeout: 10,
          onHandshakeError: (error) => faults.push(error),
        },
        network,
      );
      const listening = transport
        .listen(HOST)
        .pipe(
          mergeMap((told) =>
            told.type === 'accepted'
              ? concat(of(told.type), told.handshake.pipe(endWith('over')))
              : of(told.type),
          ),
        );
      expectObservable(listening, '-----------------!').toBe('l---a 9ms o', {
        l: 'listening',
        a: 'accepted',
        o: 'over',
      });
      // Connected at 4, given up at 4 + 10, which the client hears of at 16.
      const silent = network
        .connect(HOST)
        .pipe(
          concatMap((phase) =>
            phase.type === 'connection' ? concat(of(phase.type), phase.connection.read) : of(phase.type),
          ),
        );
      expectObservable(silent).toBe('----(rcn) 7ms |', { r: 'resolved', c: 'connected', n: 'connection' });
      flush();
      expect(faults.map(({ code, detail }) => [code, detail])).toEqual([
        ['TLS', 'no handshake within 10 ms'],
      ]);
    });
  });
});
