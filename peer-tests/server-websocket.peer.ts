import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { mergeMap, of } from 'rxjs';
import { WebSocket, WebSocketServer } from 'ws';
import { compose, HttpClient, splice, toOrigin, type HttpRequest, type UpgradeOffer } from '../src/index.ts';
import { pattern } from './ours/flowing.ts';
import { serve } from './ours/serve.ts';
import { watchedTransport } from './ours/watched-transport.ts';
import { curl } from './peer/curl.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** An echo by `ws`, our gateway before it, and what our client has open of it. */
async function start() {
  const server = http.createServer((_, response) => response.writeHead(426).end('a WebSocket, please'));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${String((server.address() as net.AddressInfo).port)}`;
  const upstream = watchedTransport();
  const client = new HttpClient({ transport: upstream.transport });
  const relay = (request: HttpRequest & { readonly upgrade?: UpgradeOffer | undefined }) => {
    const { upgrade } = request;
    if (upgrade === undefined) return client.exchange(request);
    return client
      .upgrade(request)
      .pipe(
        mergeMap((notification) =>
          notification.type === 'response_upgrade'
            ? upgrade
                .accept(notification.headers)
                .pipe(mergeMap((here) => splice(here, notification.connection)))
            : of(notification),
        ),
      );
  };
  const gateway = await serve(compose(relay, toOrigin(origin)));
  stops.push(() => gateway.stop());
  return { gateway, upstream, url: gateway.url.replace('http', 'ws') };
}

test('a WebSocket goes through a gateway, both ways, and closes', async () => {
  const { url, gateway, upstream } = await start();
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const large = Buffer.from(pattern(0, 4 * 1_048_576));
  const echoed = once(socket, 'message') as Promise<[Buffer]>;
  socket.send(large);
  expect((await echoed)[0].equals(large)).toBe(true);
  const closed = once(socket, 'close') as Promise<[number]>;
  socket.close(1000, 'done');
  expect((await closed)[0]).toBe(1000);
  await upstream.deserted();
  expect(gateway.errors).toEqual([]);
});

test('one whose client is gone is gone at the origin', async () => {
  const { url, upstream } = await start();
  const socket = new WebSocket(url);
  await once(socket, 'open');
  expect(upstream.open).toBe(1);
  socket.terminate();
  await upstream.deserted();
});

test('what the origin refuses is refused, and an ordinary request goes through, too', async () => {
  const { gateway } = await start();
  const { text } = await curl('-i', gateway.url);
  expect(text).toMatch(/^HTTP\/1.1 426 Upgrade Required\r\n[^]*a WebSocket, please$/);
  const refused = await curl('-i', '-H', 'Connection: upgrade', '-H', 'Upgrade: other', gateway.url);
  expect(refused.text).toMatch(/^HTTP\/1.1 (4\d\d|426) /);
});
