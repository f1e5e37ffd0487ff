import { HttpServer, type Handler, type HttpServerOptions } from '../../src/index.ts';
import { wire } from '../peer/wire.ts';

/** Our server while it listens. */
export interface Served {
  readonly port: number;
  /** `http://127.0.0.1:port`, to be followed by a path. */
  readonly url: string;
  /** What it was told of handlers' errors. */
  readonly errors: readonly unknown[];
  stop(): void;
}

/** Serves on a free port of 127.0.0.1, and waits until it listens. */
export function serve(handler: Handler, options: HttpServerOptions = {}): Promise<Served> {
  const errors: unknown[] = [];
  const server = new HttpServer({
    host: '127.0.0.1',
    transport: wire.transport(),
    onError: (error) => {
      errors.push(error);
    },
    ...options,
  });
  return new Promise((resolve, reject) => {
    const serving = server.serve(handler).subscribe({
      next: (notification) => {
        if (notification.type !== 'start') return;
        const { port } = notification.address;
        const stop = (): void => serving.unsubscribe();
        resolve({ port, url: `${wire.scheme}://127.0.0.1:${String(port)}`, errors, stop });
      },
      error: reject,
    });
  });
}
