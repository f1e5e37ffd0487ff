import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { HttpClient, tlsTransport, type ExchangeEndMessage } from '../src/index.ts';
import { receive } from './ours/receive.ts';
import { Authority } from './peer/authority.ts';
import { tlsServer, type Peer } from './peer/node-server.ts';

let authority: Authority;
let peer: Peer;
beforeEach(async () => {
  authority = await Authority.create();
  peer = await tlsServer(await authority.issue(), (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      setTimeout(() => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na');
        setTimeout(() => socket.write('bc'), 50);
      }, 50);
    });
  });
});
afterEach(async () => {
  await peer.stop();
  authority.remove();
});

test('the phases of a real exchange are together its time', async () => {
  let started = NaN;
  let ended: { readonly at: number; readonly message: ExchangeEndMessage } | undefined;
  const onStart = (): void => void (started = Date.now());
  const onEnd = (message: unknown): void =>
    void (ended = { at: Date.now(), message: message as ExchangeEndMessage });
  subscribe('rxchange:exchange:start', onStart);
  subscribe('rxchange:exchange:end', onEnd);
  const client = new HttpClient({ transport: tlsTransport({ ca: authority.cert }) });
  const uri = `https://localhost:${String(peer.port)}/`;
  const { marbles } = await receive(client.exchange({ method: 'GET', uri, headers: [] }));
  unsubscribe('rxchange:exchange:start', onStart);
  unsubscribe('rxchange:exchange:end', onEnd);
  client.close().subscribe();

  expect(marbles).toBe('sbd|');
  const { at = NaN, message } = ended ?? {};
  const spent = Object.values<number>({ ...message?.timings }).reduce((sum, ms) => sum + ms, 0);
  // A clock of whole ms, looked at on either side of theirs.
  expect(Math.abs(spent - (at - started))).toBeLessThanOrEqual(2);
  expect(message?.timings.tls).toBeGreaterThan(0);
  expect(message?.timings.wait).toBeGreaterThan(40);
  expect(message?.timings.receive).toBeGreaterThan(0);
});
