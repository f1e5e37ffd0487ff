import { CONTENT, fieldsFor } from './subject.ts';

/** Bun's own server, in a process of Bun. */
export function listen(): Promise<number> {
  const { port } = Bun.serve({
    port: 0,
    hostname: '0.0.0.0',
    async fetch(request) {
      if (request.method === 'POST') await request.json();
      const headers = [['Content-Type', 'text/plain'], ...fieldsFor(new URL(request.url).pathname)];
      return new Response(CONTENT, { headers: headers as [string, string][] });
    },
  });
  return Promise.resolve(port);
}
