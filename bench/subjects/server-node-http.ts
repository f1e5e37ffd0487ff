import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { CONTENT, fieldsFor, identity } from './subject.ts';

export function listen(): Promise<number> {
  const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        JSON.parse(Buffer.concat(chunks).toString());
        answer(response, '');
      });
    } else {
      answer(response, request.url ?? '');
    }
  };
  const server = identity === undefined ? http.createServer(serve) : https.createServer(identity, serve);
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () =>
      resolve((server.address() as net.AddressInfo).port),
    );
  });
}

function answer(response: http.ServerResponse, path: string): void {
  const headers = ['Content-Type', 'text/plain', 'Content-Length', String(CONTENT.length)];
  response.writeHead(200, headers.concat(...fieldsFor(path))).end(CONTENT);
}
