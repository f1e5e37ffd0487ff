import net from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { HttpClient, tcpTransport, toDuplex, type Connection } from 'rxchange';

let server: net.Server;
let accepted: net.Socket[];

beforeEach(async () => {
  accepted = [];
  server = net.createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const socket of accepted) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** What happens to the stream of an upgraded connection, when `end` is called behind the first octets. */
function story(end: (leave: () => void, connection: Connection) => void): Promise<string[]> {
  const { port } = server.address() as net.AddressInfo;
  const told: string[] = [];
  return new Promise((resolve, reject) => {
    const client = new HttpClient({ transport: tcpTransport() });
    const upgrade = client.upgrade({
      method: 'GET',
      uri: `http://127.0.0.1:${String(port)}/`,
      headers: [['Upgrade', 'x']],
    });
    const subscription = upgrade.subscribe({
      next: (notification) => {
        if (notification.type !== 'response_upgrade') return;
        const { connection } = notification;
        const stream = toDuplex(connection);
        stream.on('data', (octets: Buffer) => {
          told.push(octets.toString());
          setImmediate(() => end(() => subscription.unsubscribe(), connection));
        });
        stream.on('error', (error) => told.push(error.message));
        stream.on('close', () => setImmediate(() => resolve(told)));
      },
      error: reject,
    });
  });
}

test('a stream is closed, and has no error, when its upgrade is unsubscribed', async () => {
  expect(await story((leave) => leave())).toEqual(['hello']);
});

test('a stream is closed, and has no error, when its connection is destroyed on this side', async () => {
  expect(await story((_, connection) => connection.destroy())).toEqual(['hello']);
});

test('a stream has an error when the peer breaks the connection', async () => {
  expect(await story(() => accepted[0]?.resetAndDestroy())).toEqual([
    'hello',
    'Connection reset: read ECONNRESET',
  ]);
});
