import { HttpClient } from 'rxchange';
import { inLanes, type MakeClient } from './subject.ts';

/** Ours, by the full `exchange()` with its retries, pool and a read timeout. */
export const make: MakeClient = (port) => {
  const client = new HttpClient({ readTimeout: 30_000, maxConnectionsPerOrigin: Infinity });
  const request = { method: 'GET', uri: `http://127.0.0.1:${String(port)}/`, headers: [] };
  return {
    run: (count, lanes) =>
      inLanes(count, lanes, (done) => {
        client.exchange(request).subscribe({
          complete: done,
          error: (error: unknown) => {
            throw error;
          },
        });
      }),
    close: () => undefined,
  };
};
