import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type net from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { HttpClient, toDuplex, type Connection, type ResponseUpgrade } from '../src/index.ts';
import { until } from './until.ts';

let server: http.Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves WebSockets by `ws`; `onSocket` gets each as it is accepted, in the turn in which its 101 leaves. */
async function serve(onSocket: (socket: WebSocket) => void): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true });
  server = http.createServer((_, response) => response.writeHead(426, { 'Content-Length': 0 }).end());
  server.on('upgrade', (request, socket, head) => {
    // One write, and so one segment, for the head and for what comes at once behind it.
    socket.cork();
    sockets.handleUpgrade(request, socket, head, onSocket);
    process.nextTick(() => socket.uncork());
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as net.AddressInfo).port)}`;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The handshake of RFC 6455 §4.1; resolves with what is handed over, and the subscription that holds it. */
function open(url: string): Promise<{ upgrade: ResponseUpgrade; close: () => void }> {
  const key = randomBytes(16).toString('base64');
  return new Promise((resolve, reject) => {
    const holding = new HttpClient()
      .upgrade({
        method: 'GET',
        uri: url,
        headers: [
          ['Upgrade', 'websocket'],
          ['Sec-WebSocket-Version', '13'],
          ['Sec-WebSocket-Key', key],
        ],
      })
      .subscribe({
        next: (notification) => {
          if (notification.type !== 'response_upgrade') return reject(new Error(notification.type));
          const accept = createHash('sha1')
            .update(key + GUID)
            .digest('base64');
          expect(notification.headers).toContainEqual(['Sec-WebSocket-Accept', ` ${accept}`]);
          resolve({ upgrade: notification, close: () => holding.unsubscribe() });
        },
        error: reject,
      });
  });
}

/** A text frame of fewer than 126 octets, masked as a client must (RFC 6455 §5.2). */
function frame(text: string): Uint8Array {
  const mask = randomBytes(4);
  const payload = Buffer.from(text).map((octet, at) => octet ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}

/** The texts of the frames that arrive, none of which is longer. */
function texts(connection: Connection): string[] {
  const heard: string[] = [];
  let pending = Buffer.alloc(0);
  connection.read.subscribe((octets) => {
    pending = Buffer.concat([pending, octets]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt8(1)) {
      const end = 2 + pending.readUInt8(1);
      heard.push(pending.subarray(2, end).toString());
      pending = pending.subarray(end);
    }
  });
  return heard;
}

describe('a WebSocket of the ws package', () => {
  test('is opened by upgrade, and what comes with the 101 is not lost', async () => {
    const url = await serve((socket) => {
      socket.send('early');
      socket.on('message', (data: Buffer) => socket.send(`echo ${data.toString()}`));
    });
    const { upgrade, close } = await open(url);
    // Later than the segment that brought them: nothing is read before somebody wants it.
    await new Promise((resolve) => setImmediate(resolve));
    const heard = texts(upgrade.connection);
    upgrade.connection.write(frame('one'));
    upgrade.connection.write(frame('two'));
    await until('all have come', () => heard.length === 3);
    expect(heard).toEqual(['early', 'echo one', 'echo two']);
    close();
  });

  test('hears of it when the subscription ends', async () => {
    let closed = 0;
    const url = await serve((socket) => socket.on('close', () => closed++));
    const { close } = await open(url);
    close();
    await until('the server has heard', () => closed === 1);
  });

  test('may be spoken on a stream', async () => {
    const url = await serve((socket) => socket.on('message', (data: Buffer) => socket.send(data.toString())));
    const { upgrade, close } = await open(url);
    const stream = toDuplex(upgrade.connection);
    let heard = '';
    stream.on('data', (octets: Buffer) => (heard += octets.subarray(2).toString()));
    stream.write(frame('by stream'));
    await until('the echo has come', () => heard === 'by stream');
    stream.destroy();
    close();
  });
});
