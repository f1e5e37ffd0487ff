import type net from 'node:net';
import fastify from 'fastify';
import { CONTENT, fieldsFor } from './subject.ts';

export async function listen(): Promise<number> {
  const app = fastify();
  app.get('/', (_, reply) => reply.type('text/plain').send(CONTENT));
  app.get('/:fields', (request, reply) =>
    reply
      .headers(Object.fromEntries(fieldsFor(request.url)))
      .type('text/plain')
      .send(CONTENT),
  );
  app.post('/', (_, reply) => reply.type('text/plain').send(CONTENT));
  await app.listen({ port: 0, host: '0.0.0.0', backlog: 4096 });
  return (app.server.address() as net.AddressInfo).port;
}
