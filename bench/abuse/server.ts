/**
 * A server to be abused: ours or node:http, in a process of its own. It answers each request with what it has read of it, and
 * says of its process what it is asked.
 */
import http from 'node:http';
import type net from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { concat, map, mergeMap, of, range, tap, toArray } from 'rxjs';
import {
  responseBody,
  responseDone,
  responseStart,
  type ResponseNotification,
} from '../../src/message/notifications.ts';
import type { Connection } from '../../src/message/connection.ts';
import { HttpServer, type Handler } from '../../src/server/http-server.ts';
import { tcpTransport } from '../../src/transport/tcp.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { Read } from './strict-reading.ts';

const PIECE = new Uint8Array(65_536);
const PIECES = 20;

export type Subject = 'rxchange' | 'node:http';

/** What the process says of itself. */
export interface Health {
  readonly connections: number;
  /** heapUsed + external behind a collection, in octets. */
  readonly memory: number;
  /** Errors that nobody has caught. */
  readonly escaped: readonly string[];
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const escaped: string[] = [];
process.on('uncaughtException', (error) => escaped.push(String(error)));
process.on('unhandledRejection', (error) => escaped.push(String(error)));

const said = (read: Read): string => Buffer.from(JSON.stringify(read)).toString('base64');

let connections = 0;

const handler: Handler = (request) => {
  const { method, uri, body } = request;
  if (uri === '/large') {
    return concat(
      of(responseStart(200)),
      range(0, PIECES).pipe(map((): ResponseNotification => responseBody(PIECE))),
      of(responseDone()),
    );
  }
  return body.pipe(
    toArray(),
    mergeMap((parts) => {
      let content = '';
      for (const part of parts)
        if (part.type === 'request_body') content += Buffer.from(part.chunk).toString('latin1');
      const headers: [string, string][] = [
        ['Content-Length', '0'],
        ['X-Read', said({ method, target: uri, content })],
      ];
      return of(responseStart(method === 'CONNECT' ? 405 : 200, headers), responseDone());
    }),
  );
};

function watch({ closed }: Connection): void {
  connections++;
  closed.subscribe(() => connections--);
}

function ours(): void {
  const tcp = tcpTransport();
  const transport: Transport = {
    ...tcp,
    listen: (address) =>
      tcp.listen(address).pipe(
        tap((notification) => {
          if (notification.type === 'connection') watch(notification.connection);
        }),
      ),
  };
  new HttpServer({ host: '127.0.0.1', transport }).serve(handler).subscribe((notification) => {
    if (notification.type === 'start') process.send?.({ port: notification.address.port });
  });
}

function theirs(): void {
  const server = http.createServer((request, response) => {
    if (request.url === '/large') {
      for (let nth = 0; nth < PIECES; nth++) response.write(PIECE);
      response.end();
      return;
    }
    let content = '';
    request.setEncoding('latin1');
    request.on('data', (text: string) => (content += text));
    request.on('end', () => {
      const { method = '', url: target = '' } = request;
      response.setHeader('Content-Length', 0);
      response.setHeader('X-Read', said({ method, target, content }));
      response.end();
    });
  });
  server.on('connection', (socket: net.Socket) => {
    connections++;
    socket.on('close', () => connections--);
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as net.AddressInfo).port }));
}

async function health(): Promise<Health> {
  for (let pass = 0; pass < 4; pass++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return { connections, memory: heapUsed + external, escaped };
}

/** Serves, and answers `health` until its parent leaves. */
export function runServer(subject: Subject): void {
  process.on('message', () => void health().then((told) => process.send?.(told)));
  process.on('disconnect', () => process.exit());
  if (subject === 'rxchange') ours();
  else theirs();
}
