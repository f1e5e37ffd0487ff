/**
 * `npm run test:deep`: what is done a hundred thousand times from within itself must not take a hundred thousand frames of
 * the stack. On virtual time, over a link in memory; outside of Jest, whose instrumented code takes minutes for it.
 */
import { mergeMap, of, range } from 'rxjs';
import {
  HttpClient,
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  type HttpRequest,
} from 'rxchange';
import { HttpTestScheduler, sized, type HttpRunHelpers } from 'rxchange/testing';

const TIMES = 100_000;
const GET: HttpRequest = { method: 'GET', uri: 'http://origin/', headers: [] };

/** Each says what it has counted, which is to be `TIMES`. */
const deep: Readonly<Record<string, (helpers: HttpRunHelpers) => () => number>> = {
  'exchanges, each begun inside the done of the one before it, over the link': (helpers) => {
    const client = served(helpers);
    let count = 0;
    const next = (): void => {
      client.exchange(GET).subscribe(({ type }) => {
        if (type === 'response_done' && ++count < TIMES) next();
      });
    };
    next();
    return () => count;
  },

  'exchanges, each begun inside the complete of the one before it, over a scripted network': ({
    network,
  }) => {
    const { transport } = network({ 'http://origin': { reply: () => 'a' } }, { values: { a: sized('') } });
    const client = new HttpClient({ transport });
    let count = 0;
    const next = (): void => {
      client.exchange(GET).subscribe({
        complete: () => {
          if (++count < TIMES) next();
        },
      });
    };
    next();
    return () => count;
  },

  'waiters for one connection, all at once': (helpers) => {
    const client = served(helpers, 1);
    let count = 0;
    range(0, TIMES)
      .pipe(mergeMap(() => client.exchange(GET)))
      .subscribe(({ type }) => {
        if (type === 'response_done') count++;
      });
    return () => count;
  },

  'holds of one response, all released at once': (helpers) => {
    const client = served(helpers);
    let count = 0;
    client.exchange(GET).subscribe((notification) => {
      if (notification.type !== 'response_body') return;
      const holds = Array.from({ length: TIMES }, () => notification.flow?.hold());
      helpers.at(9, () => {
        for (const hold of holds) {
          hold?.unsubscribe();
          count++;
        }
      });
    });
    return () => count;
  },

  'chunks, each held and released where it is delivered': ({ network }) => {
    const { transport } = network(
      { 'http://origin': { reply: 'a' } },
      { values: { a: sized('a'.repeat(TIMES)) }, segment: 1 },
    );
    const client = new HttpClient({ transport });
    let count = 0;
    client.exchange(GET).subscribe((notification) => {
      if (notification.type !== 'response_body') return;
      notification.flow?.hold().unsubscribe();
      count += notification.chunk.length;
    });
    return () => count;
  },
};

function served({ link }: HttpRunHelpers, maxConnectionsPerOrigin?: number): HttpClient {
  const { transport } = link();
  new HttpServer({ transport, host: 'origin', port: 80 })
    .serve(() =>
      of(responseStart(200, [['Content-Length', '1']]), responseBody(Buffer.of(1)), responseDone()),
    )
    .subscribe();
  return new HttpClient({ transport, maxConnectionsPerOrigin });
}

for (const [name, work] of Object.entries(deep)) {
  const start = performance.now();
  let count = (): number => 0;
  new HttpTestScheduler({ maxActions: Infinity }).run((helpers) => {
    count = work(helpers);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (count() !== TIMES) throw new Error(`${String(count())} of ${String(TIMES)} ${name}`);
  console.log(`${String(TIMES)} ${name}: ${seconds} s`);
}
