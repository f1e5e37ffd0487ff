import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { HttpClient, tlsTransport, type ExchangeEndMessage, type Timings } from '../src/index.ts';
import { receive } from './ours/receive.ts';
import { Authority } from './peer/authority.ts';
import { tlsServer, type Peer } from './peer/node-server.ts';

/** What none of the expectations below is true of. */
const NONE: Timings = {
  queue: NaN,
  dns: NaN,
  connect: NaN,
  tunnel: NaN,
  tls: NaN,
  send: NaN,
  wait: NaN,
  receive: NaN,
};

let authority: Authority;
let peer: Peer;
beforeEach(async () => {
  authority = await Authority.create();
  peer = await tlsServer(await authority.issue(), (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na'), 50);
      setTimeout(() => socket.write('bc'), 100);
    });
  });
});
afterEach(async () => {
  await peer.stop();
  authority.remove();
});

test('the phases of a real exchange are together its time', async () => {
  const ends: ExchangeEndMessage[] = [];
  const listen = (message: unknown): void => void ends.push(message as ExchangeEndMessage);
  subscribe('rxchange:exchange:end', listen);
  const client = new HttpClient({ transport: tlsTransport({ ca: authority.cert }) });
  const uri = `https://localhost:${String(peer.port)}/`;
  const before = performance.now();
  const { marbles } = await receive(client.exchange({ method: 'GET', uri, headers: [] }));
  const elapsed = performance.now() - before;
  unsubscribe('rxchange:exchange:end', listen);
  client.close().subscribe();

  expect(marbles).toBe('sbd|');
  const timings = ends[0]?.timings ?? NONE;
  const sum = Object.values<number>({ ...timings }).reduce((total, ms) => total + ms, 0);
  // A clock of whole ms at both ends, and what stands between them and these lines.
  expect(Math.abs(sum - elapsed)).toBeLessThan(10);
  expect(timings.tls).toBeGreaterThan(0);
  expect(timings.wait).toBeGreaterThan(40);
  expect(timings.receive).toBeGreaterThan(40);
});
