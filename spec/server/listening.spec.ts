import { describe, expect, test } from '@jest/globals';
import { NEVER, of, Subject, Subscription, throwError, VirtualTimeScheduler, type Observable } from 'rxjs';
import { HttpServer, ListenError, responseStart, type Connection, type Transport } from 'rxchange';

type Told = ReturnType<Transport['listen']> extends Observable<infer Each> ? Each : never;

const listeningOn = (told: Observable<Told>): Transport => ({ connect: () => NEVER, listen: () => told });

/** A connection of which only the end matters. */
function connection(): { connection: Connection; read: Subject<Uint8Array>; ends: unknown[] } {
  const read = new Subject<Uint8Array>();
  const ends: unknown[] = [];
  const quiet = {
    info: {},
    drained: NEVER,
    closed: NEVER,
    buffered: 0,
    write: () => true,
    setIdle: () => undefined,
  };
  const hold = () => ({ unsubscribe: () => undefined });
  const end = () => void ends.push('end');
  const destroy = (isCut?: boolean) => void ends.push(isCut === true ? 'cut' : 'destroyed');
  return { connection: { ...quiet, read, hold, end, destroy }, read, ends };
}

describe('a server', () => {
  test('errors as its transport does, and completes with it', () => {
    const fault = new ListenError('in use');
    const ends: unknown[] = [];
    const observer = { error: (error: unknown) => ends.push(error), complete: () => ends.push('complete') };
    new HttpServer({ transport: listeningOn(throwError(() => fault)) }).listen().subscribe(observer);
    new HttpServer({ transport: listeningOn(of()) }).listen().subscribe(observer);
    expect(ends).toEqual([fault, 'complete']);
  });

  test('breaks the connection for which it has no room, so that its client can tell it from an end', () => {
    const told = new Subject<Told>();
    const settings = {
      transport: listeningOn(told),
      scheduler: new VirtualTimeScheduler(),
      maxConnections: 1,
    };
    new HttpServer(settings).serve(() => of(responseStart(200))).subscribe();
    const [busy, late] = [connection(), connection()];
    told.next({ type: 'connection', connection: busy.connection });
    busy.read.next(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n'));
    told.next({ type: 'connection', connection: late.connection });
    expect([busy.ends, late.ends]).toEqual([[], ['cut']]);
  });

  test('sets no timer for what it waits for ever', () => {
    const told = new Subject<Told>();
    const stop = new Subject<void>();
    const times: unknown[] = [];
    const schedule = (_: unknown, ms: unknown): Subscription => {
      times.push(ms);
      return Subscription.EMPTY;
    };
    const never = { requestTimeout: null, headTimeout: null, idleTimeout: null, stopTimeout: null };
    const settings = { transport: listeningOn(told), scheduler: { now: () => 0, schedule }, ...never };
    new HttpServer(settings).serve(() => NEVER, { stop }).subscribe();
    const busy = connection();
    told.next({ type: 'connection', connection: busy.connection });
    busy.read.next(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    stop.next();
    expect(times).toEqual([]);
  });

  test('waits for ever when it is told to', () => {
    const told = new Subject<Told>();
    const stop = new Subject<void>();
    const scheduler = new VirtualTimeScheduler();
    const waits = { requestTimeout: null, headTimeout: null };
    const settings = { transport: listeningOn(told), scheduler, ...waits };
    const patient = connection();
    const hurried = connection();
    for (const [stopTimeout, { connection: accepted, read }] of [
      [null, patient],
      [1_000, hurried],
    ] as const) {
      const serving = new HttpServer({ ...settings, stopTimeout }).serve(() => NEVER, { stop }).subscribe();
      told.next({ type: 'connection', connection: accepted });
      read.next(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
      stop.next();
      scheduler.flush();
      if (stopTimeout === null) expect(serving.closed).toBe(false);
      else expect(serving.closed).toBe(true);
    }
    expect([patient.ends, hurried.ends]).toEqual([[], ['destroyed']]);
  });
});
