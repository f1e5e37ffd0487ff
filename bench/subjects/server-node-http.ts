import http from 'node:http';
import type net from 'node:net';
import { CONTENT, fieldsFor } from './subject.ts';

export function listen(): Promise<number> {
  const server = http.createServer((request, response) => {
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
  });
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
