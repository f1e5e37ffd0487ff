import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { map, Observable, ReplaySubject } from 'rxjs';
import { tcpTransport, tlsTransport, type Connection, type Transport } from '../src/index.ts';
import { memoryTransport } from 'rxchange/testing';
import { HandedOver } from '../src/transport/handed-over.ts';
import { Watched, watchedTransport } from './ours/watched-transport.ts';
import { handshaken } from './ours/handshaken.ts';
import { Authority, type Identity } from './peer/authority.ts';
import { until } from './until.ts';

let authority: Authority;
let localhost: Identity;
beforeAll(async () => {
  authority = await Authority.create();
  localhost = await authority.issue();
});
afterAll(() => authority.remove());

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A transport whose connections are dressed up as others. */
function dressed(transport: Transport, dress: (connection: Connection) => Connection): Transport {
  const each = <T extends { readonly type: string }>(source: Observable<T>): Observable<T> =>
    source.pipe(
      map((notification) =>
        'connection' in notification
          ? { ...notification, connection: dress(notification.connection as Connection) }
          : notification,
      ),
    );
  return {
    connect: (target) => each(transport.connect(target)),
    listen: (address) => each(transport.listen(address)),
  };
}

/** Hands a connection over when a first octet has arrived, which is of what comes next. */
function readAhead(connection: Connection): Promise<HandedOver> {
  return new Promise((resolve) => {
    const reading = connection.read.subscribe((octets) => {
      reading.unsubscribe();
      resolve(new HandedOver(connection, octets.slice()));
    });
  });
}

interface Heard {
  text: string;
  end: string;
}

function hear(connection: Connection): Heard {
  const heard: Heard = { text: '', end: '' };
  connection.read.subscribe({
    next: (octets) => (heard.text += Buffer.from(octets).toString('latin1')),
    error: (error: unknown) => (heard.end = (error as { code: string }).code),
    complete: () => (heard.end = 'FIN'),
  });
  return heard;
}

interface Joined {
  readonly near: Connection;
  readonly nearHeard: Heard;
  readonly far: Connection;
  readonly farHeard: Heard;
}

/** Both ends of a TLS connection over a transport, when each has heard of the other. */
async function joined(over: Transport): Promise<Joined> {
  const both = await connected(over);
  const { near, nearHeard, far, farHeard } = both;
  near.write('?');
  far.write('!');
  await until('they have heard', () => nearHeard.text === '!' && farHeard.text === '?');
  nearHeard.text = '';
  farHeard.text = '';
  return both;
}

function connected(over: Transport): Promise<Joined> {
  const secure = tlsTransport({ ca: authority.cert, ...localhost }, over);
  const nears = new ReplaySubject<[Connection, Heard]>(1);
  const fars = new ReplaySubject<[Connection, Heard]>(1);
  const hearing = ({ connection }: { connection: Connection }): [Connection, Heard] => [
    connection,
    hear(connection),
  ];
  return new Promise((resolve, reject) => {
    const listening = secure
      .listen({ host: 'localhost', port: 0 })
      .pipe(handshaken())
      .subscribe({
        next: (notification) => {
          if (notification.type === 'connection') {
            fars.next(hearing(notification));
            return;
          }
          const { port } = notification.address;
          secure.connect({ scheme: 'https', host: 'localhost', port }).subscribe({
            next: (phase) => {
              if (phase.type === 'connection') nears.next(hearing(phase));
            },
            error: reject,
          });
        },
        error: reject,
      });
    ends.push(() => listening.unsubscribe());
    nears.subscribe(([near, nearHeard]) => {
      fars.subscribe(([far, farHeard]) => {
        ends.push(
          () => near.destroy(),
          () => far.destroy(),
        );
        resolve({ near, nearHeard, far, farHeard });
      });
    });
  });
}

const OVERS: readonly [string, () => Transport][] = [
  ['a socket', () => tcpTransport()],
  ['what is no socket', () => dressed(tcpTransport(), (connection) => new Watched(connection))],
  ['what was handed over', () => dressed(tcpTransport(), (it) => new HandedOver(it, new Uint8Array()))],
  [
    'what is no socket and was handed over',
    () => dressed(tcpTransport(), (it) => new HandedOver(new Watched(it), new Uint8Array())),
  ],
  ['a link in memory', () => memoryTransport({ segment: 1_001 })],
  ['TLS', () => tlsInTls(tcpTransport())],
  ['TLS over what is no socket', () => tlsInTls(dressed(tcpTransport(), (it) => new Watched(it)))],
];

function tlsInTls(over: Transport): Transport {
  const outer = tlsTransport({ ca: authority.cert, ...localhost }, over);
  return {
    connect: (target) => outer.connect({ ...target, scheme: 'https' }),
    listen: (address) => outer.listen(address),
  };
}

describe.each(OVERS)('TLS over %s', (name, over) => {
  test('carries megabytes both ways, and ends on either side', async () => {
    const { near, nearHeard, far, farHeard } = await joined(over());
    const large = Buffer.alloc(4_000_000, 'all of the octets, in their order; ');
    near.write(large);
    near.end();
    await until('all has arrived', () => farHeard.end === 'FIN');
    expect(farHeard.text === large.toString('latin1')).toBe(true);
    far.end();
    await until('the other end has arrived', () => nearHeard.end === 'FIN');
  });

  test('carries what is written late the other way', async () => {
    const { near, nearHeard, far, farHeard } = await joined(over());
    const large = Buffer.alloc(4_000_000, 'all of the octets, in their order; ');
    far.write(large);
    far.end();
    await until('all has arrived', () => nearHeard.end === 'FIN');
    expect(nearHeard.text === large.toString('latin1')).toBe(true);
    near.write(large);
    near.end();
    await until('all has arrived behind the end', () => farHeard.end === 'FIN');
    expect(farHeard.text === large.toString('latin1')).toBe(true);
  });

  test('holds', async () => {
    const { near, far, farHeard } = await joined(over());
    const hold = far.hold();
    const total = 12_000_000;
    expect(near.write(Buffer.alloc(total))).toBe(false);
    let isDrained = false;
    near.drained.subscribe(() => (isDrained = true));
    near.write('.');
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    expect(farHeard.text.length).toBeLessThan(total);
    hold.unsubscribe();
    await until('it has drained', () => isDrained);
    await until('all has arrived', () => farHeard.text.length === total + 1);
  });

  test.each([false, true])('is gone on both sides when it is destroyed on one, %s', async (isCut) => {
    const { near, far, farHeard } = await joined(over());
    const closed: string[] = [];
    near.closed.subscribe(() => closed.push('near'));
    far.closed.subscribe(() => closed.push('far'));
    near.destroy(isCut);
    await until('the other is told', () => farHeard.end !== '');
    // A link in memory breaks only where a test says so.
    expect(farHeard.end).toBe(isCut && !name.includes('memory') ? 'CONNECTION_RESET' : 'FIN');
    far.destroy();
    await until('both are closed', () => closed.length >= 2);
    expect(closed.sort()).toEqual(['far', 'near']);
  });

  test('delivers what had arrived when both sides had ended', async () => {
    const { near, nearHeard, far } = await joined(over());
    const hold = near.hold();
    const text = 'late '.repeat(3_000);
    near.end();
    far.write(text);
    far.end();
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    hold.unsubscribe();
    await until('it has ended', () => nearHeard.end !== '');
    expect(nearHeard.text.length).toBe(text.length);
  });
});

test('what was read ahead by somebody else comes first', async () => {
  for (const dress of [(it: Connection) => it, (it: Connection) => new Watched(it)]) {
    const late: Transport = {
      connect: (target) => tcpTransport().connect(target),
      listen: (address) =>
        new Observable((subscriber) =>
          tcpTransport()
            .listen(address)
            .subscribe((notification) => {
              if (notification.type === 'listening') subscriber.next(notification);
              else if (notification.type === 'connection')
                void readAhead(dress(notification.connection)).then((connection) =>
                  subscriber.next({ type: 'connection', connection }),
                );
            }),
        ),
    };
    const { near, farHeard } = await joined(late);
    near.write('hello');
    await until('it arrives', () => farHeard.text === 'hello');
  }
});

test('an idle connection does not keep the process alive, whatever it is over', async () => {
  const watch = watchedTransport();
  const idle: boolean[] = [];
  const told = dressed(watch.transport, (connection) =>
    Object.assign(Object.create(connection) as Connection, {
      setIdle: (isIdle: boolean) => idle.push(isIdle),
    }),
  );
  const { near } = await joined(told);
  near.setIdle(true);
  near.setIdle(false);
  expect(idle).toEqual([true, false]);
});
