import type http from 'node:http';
import type net from 'node:net';
import tls from 'node:tls';
import { until } from '../until.ts';
import { wire } from './wire.ts';

/** A server that is not ours, and what it has seen of its connections. */
export interface Peer {
  readonly port: number;
  /** `http://127.0.0.1:port`, or `https`, to be followed by a path. */
  readonly url: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Those still open. */
  readonly open: number;
  /** Waits until the last connection is closed. */
  deserted(): Promise<void>;
  stop(): Promise<void>;
}

/** Serves by node:http. */
export function nodeServer(
  handler: http.RequestListener,
  configure: (server: http.Server) => void = () => undefined,
): Promise<Peer> {
  const server = wire.httpServer(handler);
  // Its default of 5 s would let a leaked connection look closed.
  server.keepAliveTimeout = 60_000;
  configure(server);
  return start(server);
}

/** Serves by a bare socket: what HTTP it speaks is the test's business. */
export function socketServer(onSocket: (socket: net.Socket) => void): Promise<Peer> {
  return start(
    wire.socketServer((socket) => {
      // The client may break the connection at any time: that is what some tests are about.
      socket.on('error', () => undefined);
      onSocket(socket);
    }),
  );
}

/** The same over TLS: the connections that it counts are those beneath. */
export function tlsServer(
  options: tls.TlsOptions,
  onSocket: (socket: tls.TLSSocket) => void,
  configure: (server: tls.Server) => void = () => undefined,
): Promise<Peer> {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  configure(server);
  return start(server);
}

/** Serves requests without content by a bare socket: `answer` gets each head as it is complete. */
export function rawServer(answer: (socket: net.Socket, head: string) => void): Promise<Peer> {
  return socketServer((socket) => {
    let pending = '';
    socket.on('data', (octets) => {
      pending += octets.toString('latin1');
      for (let end; (end = pending.indexOf('\r\n\r\n')) >= 0;) {
        const head = pending.slice(0, end + 4);
        pending = pending.slice(end + 4);
        answer(socket, head);
      }
    });
  });
}

async function start(server: net.Server): Promise<Peer> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on('connection', (socket: net.Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await wire.listen(server);
  return {
    port,
    url: `${wire.scheme}://127.0.0.1:${String(port)}`,
    get accepted() {
      return accepted;
    },
    get open() {
      return sockets.size;
    },
    deserted: () => until('the server has no connection left', () => sockets.size === 0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
