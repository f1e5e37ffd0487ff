/**
 * As many servers as there are cores, on one port: `npx tsx examples/cluster.ts`, or with `PORT` and `WORKERS` set.
 *
 * SIGHUP replaces them one after the other, each new one listening before an old one stops, so that no request is lost: that is
 * how a new version is deployed. SIGTERM or Ctrl-C stops them all, when they have answered.
 */
import cluster, { type Worker } from 'node:cluster';
import { availableParallelism } from 'node:os';
import {
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  finalize,
  from,
  fromEvent,
  ignoreElements,
  map,
  merge,
  mergeMap,
  range,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import { HttpServer, respond, textBody } from 'rxchange';

const { HOST = '127.0.0.1', PORT = '8080', WORKERS = String(availableParallelism()) } = process.env;

/** ms. A worker that dies whenever it is started must not be started as fast as it dies. */
const RESPAWN_DELAY = 1_000;

if (cluster.isPrimary) lead();
else work();

function work(): void {
  // Ctrl-C reaches all processes of a terminal: here it is for the primary, without which there is nothing to wait for.
  process.on('SIGINT', () => undefined);
  const stop = merge(fromEvent(process, 'SIGTERM'), fromEvent(process, 'disconnect'));
  new HttpServer({ host: HOST, port: Number(PORT) })
    .serve(() => respond(200, textBody(`hello from ${String(process.pid)}\n`)), { stop })
    .pipe(finalize(() => process.disconnect()))
    .subscribe();
}

function lead(): void {
  const serving = new Set<Worker>();
  const stopping = new Set<Worker>();
  /** Once: who has heard it listens no more, and would be killed by a second one. */
  const stop = (worker: Worker): void => {
    if (stopping.has(worker)) return;
    stopping.add(worker);
    worker.process.kill('SIGTERM');
  };

  /** A new worker, once it listens; none, if it dies before. */
  const started = (): Observable<Worker> =>
    defer(() => {
      const worker = cluster.fork();
      return fromEvent(worker, 'listening').pipe(
        take(1),
        map(() => worker),
        tap(() => serving.add(worker)),
        takeUntil(fromEvent(worker, 'exit')),
      );
    });

  /** Ends when the worker has answered what it was asked. */
  const stopped = (worker: Worker): Observable<never> =>
    defer(() => {
      serving.delete(worker);
      stop(worker);
      return worker.isDead() ? EMPTY : fromEvent(worker, 'exit').pipe(take(1), ignoreElements());
    });

  /** Where a new one does not come to listen, the old one stays. */
  const replaced = (old: Worker): Observable<Worker> =>
    started().pipe(switchMap((worker) => stopped(old).pipe(startWith(worker))));

  const died = fromEvent(cluster, 'exit', (worker: Worker) => worker).pipe(
    filter((worker) => serving.delete(worker)),
    mergeMap(() => timer(RESPAWN_DELAY)),
  );

  merge(
    range(0, Number(WORKERS)).pipe(mergeMap(started)),
    died.pipe(mergeMap(started)),
    fromEvent(process, 'SIGHUP').pipe(
      exhaustMap(() =>
        from([...serving]).pipe(concatMap((old) => (serving.has(old) ? replaced(old) : EMPTY))),
      ),
    ),
  )
    .pipe(takeUntil(merge(fromEvent(process, 'SIGTERM'), fromEvent(process, 'SIGINT'))))
    .subscribe({
      next: (worker) => console.log(`${String(worker.process.pid)} listens`),
      complete: () => {
        // Those that do not listen yet, too.
        for (const worker of Object.values(cluster.workers ?? {})) if (worker !== undefined) stop(worker);
      },
    });
}
