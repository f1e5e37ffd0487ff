import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { tcpTransport, tlsTransport, unixTransport, type Transport } from '../../src/index.ts';
import { Authority } from './authority.ts';

/** What carries HTTP: ours and the peers' ends of it. Whatever a port is there, it is a number that both ends know. */
export interface Wire {
  readonly name: 'TCP' | 'TLS' | 'Unix';
  readonly scheme: 'http' | 'https';
  /** Whether a peer can tell a break from an end. */
  readonly hasResets: boolean;
  /** The code of the error where nobody listens. */
  readonly absent: string;
  /** A transport of ours, for both ends. */
  transport(): Transport;
  /** Servers of Node's that do not listen yet. */
  httpServer(handler: http.RequestListener): http.Server;
  socketServer(onSocket: (socket: net.Socket) => void): net.Server;
  /** Listens on a free port. */
  listen(server: net.Server): Promise<number>;
  /** Clients of Node's. */
  request(options: http.RequestOptions): http.ClientRequest;
  agent(options: http.AgentOptions): http.Agent;
  connect(port: number, onConnect: () => void): net.Socket;
}

const HOST = '127.0.0.1';

/** A socket that is none of TCP's cannot be reset: what comes closest to it there. */
function resetBy<T extends net.Socket>(socket: T, reset: () => void): T {
  socket.resetAndDestroy = () => {
    reset();
    return socket;
  };
  return socket;
}

const tcp: Wire = {
  name: 'TCP',
  scheme: 'http',
  hasResets: true,
  absent: 'ECONNREFUSED',
  transport: tcpTransport,
  httpServer: (handler) => http.createServer(handler),
  socketServer: (onSocket) => net.createServer({ noDelay: true }, onSocket),
  listen: (server) =>
    new Promise((resolve) => {
      server.listen(0, HOST, () => resolve((server.address() as net.AddressInfo).port));
    }),
  request: (options) => http.request({ host: HOST, ...options }),
  agent: (options) => new http.Agent(options),
  connect: (port, onConnect) =>
    net.connect({ port, host: HOST, noDelay: true, allowHalfOpen: true }).once('connect', onConnect),
};

async function tlsWire(): Promise<Wire> {
  const authority = await Authority.create();
  const { cert, key } = await authority.issue();
  afterAll(() => authority.remove());
  const trust = { ca: authority.cert, servername: 'localhost' };
  return {
    ...tcp,
    name: 'TLS',
    scheme: 'https',
    transport: () => tlsTransport({ ca: authority.cert, cert, key }),
    httpServer: (handler) => https.createServer({ cert, key }, handler),
    socketServer: (onSocket) => {
      const beneath = new Map<number | undefined, net.Socket>();
      return tls
        .createServer({ cert, key }, (socket) => {
          const raw = beneath.get(socket.remotePort);
          onSocket(resetBy(socket, () => raw?.resetAndDestroy()));
        })
        .on('connection', (socket: net.Socket) => beneath.set(socket.remotePort, socket.setNoDelay()));
    },
    request: (options) => https.request({ host: HOST, ...trust, ...options }),
    agent: (options) => new https.Agent(options),
    connect: (port, onConnect) => {
      const raw = net.connect({ port, host: HOST, noDelay: true, allowHalfOpen: true });
      const socket = tls.connect({ socket: raw, ...trust }).once('secureConnect', onConnect);
      return resetBy(socket, () => raw.resetAndDestroy());
    },
  };
}

function unixWire(): Wire {
  const dir = mkdtempSync(join(tmpdir(), 'rxchange-wire-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  let last = 0;
  const pathOf = (port: number | string | null | undefined): string => join(dir, String(port));
  return {
    ...tcp,
    name: 'Unix',
    hasResets: false,
    absent: 'ENOENT',
    transport: () => ({
      connect: (target) => unixTransport(pathOf(target.port)).connect(target),
      listen: ({ host }) => unixTransport(pathOf(++last)).listen({ host, port: last }),
    }),
    listen: (server) =>
      new Promise((resolve) => {
        const port = ++last;
        server.listen(pathOf(port), () => resolve(port));
      }),
    request: ({ port, ...options }) => http.request({ ...options, socketPath: pathOf(port) }),
    socketServer: (onSocket) =>
      net.createServer((socket) => onSocket(resetBy(socket, () => socket.destroy()))),
    connect: (port, onConnect) => {
      const socket = net.connect({ path: pathOf(port), allowHalfOpen: true }).once('connect', onConnect);
      return resetBy(socket, () => socket.destroy());
    },
  };
}

async function wireOf(name: unknown): Promise<Wire> {
  if (name === 'TLS') return tlsWire();
  return name === 'Unix' ? unixWire() : tcp;
}

/** That of this run of the suites: the same are run over each, see `jest.peers.config.ts`. */
export const wire = await wireOf((globalThis as { WIRE?: unknown }).WIRE);
