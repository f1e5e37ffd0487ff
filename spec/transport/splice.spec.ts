import { afterEach, describe, expect, test } from '@jest/globals';
import {
  catchError,
  endWith,
  filter,
  firstValueFrom,
  forkJoin,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  reduce,
  shareReplay,
  take,
  takeUntil,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import { ConnectionResetError, splice, type Connection } from 'rxchange';
import { memoryTransport, type LinkOptions } from 'rxchange/testing';
import { virtually } from '../support/virtually.ts';
import { connected } from './connected.ts';

const HOST = { host: 'middle', port: 80 };
const values = { a: 'abc', b: 'd' };
const reset = new ConnectionResetError('');

/** The two ends of a connection: the first is that which has connected. */
function ends(wire: LinkOptions = {}): Observable<[Connection, Connection]> {
  const transport = memoryTransport(wire);
  return forkJoin([connectionOf(transport.listen(HOST)), connectionOf(transport.connect(HOST))]).pipe(
    map(([accepted, connected]): [Connection, Connection] => [connected, accepted]),
    shareReplay({ bufferSize: 1, refCount: false }),
  );
}

function connectionOf(told: Observable<{ readonly type: string }>): Observable<Connection> {
  return told.pipe(
    filter((each): each is { type: 'connection'; connection: Connection } => each.type === 'connection'),
    map(({ connection }) => connection),
    take(1),
  );
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A client and an origin, and the ends between them, over loopback. */
async function between(): Promise<Record<'client' | 'here' | 'there' | 'origin', Connection>> {
  const [near, far] = [await connected(), await connected()];
  stops.push(near.stop, far.stop);
  return { client: near.near, here: near.far, there: far.near, origin: far.far };
}

interface Joined {
  /** What the client and the origin say: `|` is FIN and `#` is RST. */
  readonly client: string;
  readonly origin: string;
}

interface Heard extends Joined {
  /** What becomes of the splice. */
  readonly splice: string;
}

/** A client and an origin whose connections are spliced between them: they hear FIN (`e`), RST (`r`) and the close (`x`). */
function join(said: Joined, heard: Heard, until: Observable<unknown> = NEVER): void {
  virtually(({ cold, expectObservable }) => {
    const near = ends();
    const far = ends();
    const speak = (end: Connection, marbles: string): Observable<string> =>
      cold(marbles, values).pipe(
        tap({
          next: (octets) => end.write(octets),
          complete: () => end.end(),
          error: () => (end as Connection & { reset(): void }).reset(),
        }),
        catchError(() => of('')),
        filter(() => false),
      );
    const hear = (end: Connection): Observable<string> =>
      merge(
        end.read.pipe(
          map((octets) => Buffer.from(octets).toString('latin1')),
          endWith('e'),
          catchError(() => of('r')),
        ),
        end.closed.pipe(map(() => 'x')),
        NEVER,
      );
    const shown = { ...values, e: 'e', r: 'r', x: 'x' };
    const spliced = forkJoin([near, far]).pipe(
      mergeMap(([[, here], [there]]) => splice(here, there).pipe(takeUntil(until))),
    );
    expectObservable(spliced).toBe(heard.splice, undefined, reset);
    const client = near.pipe(mergeMap(([end]) => merge(hear(end), speak(end, said.client))));
    const origin = far.pipe(mergeMap(([, end]) => merge(hear(end), speak(end, said.origin))));
    expectObservable(client).toBe(heard.client, shown);
    expectObservable(origin).toBe(heard.origin, shown);
  });
}

describe('splice', () => {
  test('carries what is said both ways, and the end of one side, and completes when both are closed', () => {
    join(
      { client: 'a-b-----|', origin: '-a-a-|' },
      { client: '-a-a-e--x', origin: 'a-b-----(ex)', splice: '--------|' },
    );
  });

  test('destroys both when it is unsubscribed', () => {
    join(
      { client: 'a-b-----a', origin: '-a-a' },
      { client: '-a-a-e', origin: 'a-b--e', splice: '-----|' },
      timer(5),
    );
  });

  test('breaks the other when one is broken', () => {
    join({ client: 'a-#', origin: '-b-b-b' }, { client: '-bx', origin: 'a-e', splice: '--#' });
  });

  test('says that one was closed by somebody else before its end', () => {
    virtually(({ expectObservable }) => {
      const near = ends();
      const far = ends();
      const closes = near.pipe(
        mergeMap(([client, here]) =>
          merge(
            client.read.pipe(tap({ complete: () => client.end() })),
            timer(3).pipe(tap(() => here.destroy())),
          ),
        ),
        filter(() => false),
      );
      const spliced = forkJoin([near, far]).pipe(mergeMap(([[, here], [there]]) => splice(here, there)));
      expectObservable(merge(spliced, closes)).toBe('---#', undefined, reset);
      expectObservable(far.pipe(mergeMap(([, origin]) => origin.read))).toBe('---|');
    });
  });

  test('carries what a client says behind the end of its origin', async () => {
    const { client, here, there, origin } = await between();
    const spliced = lastValueFrom(splice(here, there), { defaultValue: 'complete' });
    const text = origin.read.pipe(reduce((said, octets) => said + Buffer.from(octets).toString(), ''));
    const heard = lastValueFrom(text, { defaultValue: '' });
    origin.end();
    await lastValueFrom(client.read, { defaultValue: undefined });
    client.write('late');
    client.end();
    expect(await heard).toBe('late');
    expect(await spliced).toBe('complete');
  });

  test('loses nothing of what an origin has said that is closed before its client has taken it', async () => {
    const { client, here, there, origin } = await between();
    const spliced = lastValueFrom(splice(here, there), { defaultValue: 'complete' });
    const hold = client.hold();
    const received = lastValueFrom(client.read.pipe(reduce((sum, { length }) => sum + length, 0)), {
      defaultValue: 0,
    });
    const closed = firstValueFrom(there.closed, { defaultValue: undefined });
    client.end();
    origin.write(new Uint8Array(1_000_000));
    origin.end();
    await closed;
    hold.unsubscribe();
    expect(await received).toBe(1_000_000);
    expect(await spliced).toBe('complete');
  });

  test('reads a client to its end when its origin is closed, though nobody takes what it says', async () => {
    const { client, here, there, origin } = await between();
    const spliced = lastValueFrom(splice(here, there), { defaultValue: 'complete' });
    const ended = lastValueFrom(client.read, { defaultValue: undefined });
    origin.destroy();
    await ended;
    client.write(new Uint8Array(3_000_000));
    client.end();
    expect(await spliced).toBe('complete');
  });

  test.each([
    ['the client', { bandwidth: 10_000_000 }, {}, true],
    ['the origin', {}, { bandwidth: 10_000_000 }, false],
  ])('holds the other side while %s is slow, and lets it go on', (_, near, far, isToClient) => {
    let sent = 0;
    let received = 0;
    let most = 0;
    virtually(({ flush }) => {
      forkJoin([ends(near), ends(far)]).subscribe(([[client, here], [there, origin]]) => {
        splice(here, there).subscribe();
        const [source, sink] = isToClient ? [origin, client] : [client, origin];
        const more = (): void => {
          let hasRoom = true;
          while (hasRoom && sent < 1_000_000) {
            hasRoom = source.write(new Uint8Array(10_000));
            sent += 10_000;
            most = Math.max(most, sent - received);
          }
          if (sent === 1_000_000) source.end();
        };
        sink.read.subscribe((octets) => (received += octets.length));
        source.drained.subscribe(more);
        more();
      });
      flush();
    });
    expect(received).toBe(1_000_000);
    expect(most).toBeLessThan(300_000);
  });
});
