/**
 * A WebSocket of the `ws` package on a connection of ours: `npx tsx examples/websocket-client.ts ws://127.0.0.1:9000/`.
 *
 * The handshake and all that follows is of `ws`, over a stream of Node's. The stream is of a transport, so that it goes through
 * its proxy (`proxyTransport`), with its certificates, and to no address that its `checkAddress` refuses.
 */
import type { Duplex } from 'node:stream';
import { Observable, Subscription } from 'rxjs';
import { tlsTransport, toDuplex, type Transport } from 'rxchange';
import { WebSocket } from 'ws';

/** Gives the WebSocket when it is open; to unsubscribe is to close it. */
export function webSocket(url: string, transport: Transport = tlsTransport()): Observable<WebSocket> {
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol === 'wss:' ? 'https' : 'http';
  const target = {
    scheme,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port === '' ? (scheme === 'https' ? 443 : 80) : port),
  } as const;

  return new Observable((subscriber) => {
    const connecting = new Subscription();
    /** As `http.request` calls it: the stream may be there later. */
    const createConnection = (_: unknown, done: (error: unknown, stream?: Duplex) => void): void => {
      connecting.add(
        transport.connect(target).subscribe({
          next: (notification) => {
            if (notification.type === 'connection') done(null, toDuplex(notification.connection));
          },
          error: done,
        }),
      );
    };
    const socket = new WebSocket(url, { createConnection: createConnection as never });
    socket.once('open', () => subscriber.next(socket));
    socket.once('close', () => subscriber.complete());
    socket.on('error', (error) => subscriber.error(error));
    return () => {
      connecting.unsubscribe();
      socket.close();
    };
  });
}

webSocket(process.argv[2] ?? 'ws://127.0.0.1:9000/').subscribe({
  next: (socket) => {
    socket.on('message', (data: Buffer) => console.log(data.toString()));
    process.stdin.on('data', (line: Buffer) => socket.send(line.toString().trimEnd()));
  },
  error: console.error,
  complete: () => process.stdin.destroy(),
});
