import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { firstValueFrom, Subject, takeUntil, toArray } from 'rxjs';
import type { Connection } from '../../src/message/connection.ts';
import type { ConnectionResetError } from '../../src/message/errors.ts';
import { streamOf } from '../../src/transport/duplex.ts';
import { HandedOver } from '../../src/transport/handed-over.ts';
import { tcpTransport } from '../../src/transport/tcp.ts';
import { connected } from './connected.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Also when a test fails, or its listener would keep the whole run from its end. */
async function pair(): Promise<{ near: Connection; far: Connection }> {
  const { near, far, stop } = await connected();
  stops.push(stop);
  return { near, far };
}

describe('a connection', () => {
  // One write in a turn goes to the system in another way than several do.
  const WRITES = [1, 3];

  test.each(WRITES)(
    'has room again behind each write that it calls too much, %d in a turn',
    async (writes) => {
      const { near, far } = await pair();
      const total = 40 * writes * 150_000;
      let received = 0;
      const all = new Promise<void>((resolve) => {
        far.read.subscribe((octets) => {
          received += octets.length;
          if (received === total) resolve();
        });
      });
      for (let turn = 0; turn < 40; turn++) {
        const drained = firstValueFrom(near.drained, { defaultValue: undefined });
        let hasRoom = true;
        for (let nth = 0; nth < writes; nth++) hasRoom = near.write(new Uint8Array(150_000));
        expect(hasRoom).toBe(false);
        await drained;
      }
      await all;
    },
  );

  test.each(WRITES)('leaves room for others while its peer keeps up, %d in a turn', async (writes) => {
    const { near, far } = await pair();
    far.read.subscribe();
    const [turns, isOver] = [new Subject<void>(), new Subject<void>()];
    let [written, others] = [0, 0];
    const write = (): void => {
      if (++written === 100) isOver.next();
      else for (let nth = 0; nth < writes; nth++) near.write(new Uint8Array(140_000));
    };
    const other = (): void => {
      others++;
      setImmediate(() => turns.next());
    };
    turns.pipe(takeUntil(isOver)).subscribe(other);
    near.drained.subscribe(write);
    const over = firstValueFrom(isOver, { defaultValue: undefined });
    write();
    other();
    await over;
    expect(others).toBeGreaterThan(50);
  });

  test.each([
    ['an end', false, 'completed'],
    ['a break', true, 'CONNECTION_RESET'],
  ])('that is destroyed is %s to its peer', async (_, isCut, heard) => {
    const { near, far } = await pair();
    const end = new Promise<string>((resolve) => {
      near.read.subscribe({
        complete: () => resolve('completed'),
        error: (error: unknown) => resolve((error as ConnectionResetError).code),
      });
    });
    far.destroy(isCut);
    expect(await end).toBe(heard);
  });

  test.each(['connected', 'accepted'])(
    'that was %s sends nothing behind its end, and reads on',
    async (which) => {
      const { near, far } = await pair();
      const [one, other] = which === 'connected' ? [near, far] : [far, near];
      const heard: string[] = [];
      other.read.subscribe({
        next: (octets) => heard.push(Buffer.from(octets).toString()),
        complete: () => setImmediate(() => other.write('there')),
      });
      one.write('here');
      one.end();
      one.write(' and more');
      const answer = await firstValueFrom(one.read, { defaultValue: new Uint8Array() });
      expect(Buffer.from(answer).toString()).toBe('there');
      expect(heard).toEqual(['here']);
    },
  );

  test('waits for no timer of a test that has taken them over', async () => {
    const { near, far } = await pair();
    const received = firstValueFrom(far.read, { defaultValue: new Uint8Array() });
    jest.useFakeTimers();
    stops.push(() => jest.useRealTimers());
    near.write('hello');
    await expect(received).resolves.toHaveLength(5);
  });

  test.each([
    ['itself', (connection: Connection) => connection],
    ['handed over', (connection: Connection) => new HandedOver(connection, new Uint8Array())],
  ])('that TLS takes the place of, %s, sends first what was written on it before', async (_, taken) => {
    const { near, far } = await pair();
    near.write('head, ');
    streamOf(taken(near)).end('handshake');
    const heard = await firstValueFrom(far.read.pipe(toArray()), { defaultValue: [] });
    expect(Buffer.concat(heard).toString()).toBe('head, handshake');
  });

  test.each<[string, unknown]>([
    ['an array of larger numbers', new Uint16Array(5_000)],
    ['a few larger numbers', new Uint16Array(5)],
    ['what has a length', { length: 5_000 }],
    ['a view without elements', new DataView(new ArrayBuffer(8))],
    ['nothing', undefined],
  ])('refuses %s at once, and keeps nobody else from writing', async (_, octets) => {
    const [one, another] = [await pair(), await pair()];
    expect(() => one.near.write(octets as Uint8Array)).toThrow(TypeError);
    expect(one.near.buffered).toBe(0);
    for (const { near, far } of [one, another]) {
      near.write('heard');
      const heard = await firstValueFrom(far.read, { defaultValue: new Uint8Array() });
      expect(Buffer.from(heard).toString()).toBe('heard');
    }
  });

  test('tells behind its end when all has left', async () => {
    const { near, far } = await pair();
    const total = 8_000_000;
    let received = 0;
    const hold = far.hold();
    far.read.subscribe((octets) => (received += octets.length));
    near.write(new Uint8Array(total));
    near.end();
    expect(near.buffered).toBeGreaterThan(0);
    const drained = firstValueFrom(near.drained, { defaultValue: undefined });
    hold.unsubscribe();
    await drained;
    expect(near.buffered).toBe(0);
    expect(received).toBeGreaterThan(0);
  });
});

describe('listening on all addresses', () => {
  test.each([
    [true, 'CONNECT'],
    [false, 'connected'],
  ])('of IPv6 only, %s: an IPv4 client is %s', async (ipv6Only, outcome) => {
    const tcp = tcpTransport({ ipv6Only });
    const heard = await new Promise((resolve) => {
      const listening = tcp.listen({ host: '::', port: 0 }).subscribe((notification) => {
        if (notification.type === 'connection') {
          notification.connection.destroy();
          return;
        }
        if (notification.type !== 'listening') return;
        tcp.connect({ host: '127.0.0.1', port: notification.address.port }).subscribe({
          next: (phase) => {
            if (phase.type !== 'connection') return;
            phase.connection.destroy();
            resolve('connected');
          },
          error: (error: unknown) => resolve((error as ConnectionResetError).code),
        });
      });
      stops.push(() => listening.unsubscribe());
    });
    expect(heard).toBe(outcome);
  });
});
