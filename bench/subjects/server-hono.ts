import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { CONTENT, fieldsFor } from './subject.ts';

export function listen(): Promise<number> {
  const app = new Hono();
  app.get('/', (context) => context.text(CONTENT));
  app.get('/:fields', (context) =>
    context.text(CONTENT, 200, Object.fromEntries(fieldsFor(context.req.path))),
  );
  app.post('/', async (context) => {
    await context.req.json();
    return context.text(CONTENT);
  });
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: '0.0.0.0' }, ({ port }) => resolve(port));
  });
}
