import { afterEach, describe, expect, test } from '@jest/globals';
import type { Duplex } from 'node:stream';
import { firstValueFrom, ReplaySubject, zip } from 'rxjs';
import { memoryTransport } from 'rxchange/testing';
import type { Connection } from '../../src/message/connection.ts';
import { ConnectionResetError } from '../../src/message/errors.ts';
import { toDuplex } from '../../src/transport/duplex.ts';
import { tcpTransport } from '../../src/transport/tcp.ts';
import type { Transport } from '../../src/transport/transport.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** The near end of a connection as a stream, and its far end as it is. */
async function joined(transport: Transport): Promise<Joined> {
  const nears = new ReplaySubject<Connection>(1);
  const fars = new ReplaySubject<[Connection, Heard]>(1);
  const listening = transport.listen({ host: '127.0.0.1', port: 0 }).subscribe((notification) => {
    if (notification.type === 'connection') {
      fars.next([notification.connection, hear(notification.connection)]);
    } else if (notification.type === 'listening') {
      transport.connect(notification.address).subscribe((phase) => {
        if (phase.type === 'connection') nears.next(phase.connection);
      });
    }
  });
  const [connection, [far, heard]] = await new Promise<[Connection, [Connection, Heard]]>((resolve) => {
    zip(nears, fars).subscribe(resolve);
  });
  const near = toDuplex(connection);
  listening.unsubscribe();
  ends.push(
    () => near.destroy(),
    () => far.destroy(),
  );
  return { near, connection, far, heard };
}

interface Joined {
  readonly near: Duplex;
  /** What the stream is of. */
  readonly connection: Connection;
  readonly far: Connection;
  readonly heard: Heard;
}

/** What an end has heard. */
interface Heard {
  text: string;
  end: 'none' | 'end' | 'break';
  readonly ended: Promise<void>;
}

function hear(connection: Connection): Heard {
  let end: () => void;
  const heard: Heard = {
    text: '',
    end: 'none',
    ended: new Promise((resolve) => (end = resolve)),
  };
  connection.read.subscribe({
    next: (octets) => (heard.text += Buffer.from(octets).toString('latin1')),
    error: () => {
      heard.end = 'break';
      end();
    },
    complete: () => {
      heard.end = 'end';
      end();
    },
  });
  return heard;
}

const closed = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });

/** An iterator would destroy the stream when it has read it. */
function readAll(stream: Duplex): Promise<string> {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  return new Promise((resolve, reject) => {
    stream.once('end', () => resolve(text)).once('error', reject);
  });
}

/** Lets what is under way arrive. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe.each([
  ['a socket', () => tcpTransport()],
  ['a link in memory', () => memoryTransport()],
  ['a narrow link in memory', () => memoryTransport({ segment: 7_001, latency: 1 })],
])('a stream on %s', (_, transport) => {
  test('carries octets both ways, and has two ends', async () => {
    const { near, far, heard } = await joined(transport());
    const text = readAll(near);
    near.write('there');
    near.end(Buffer.from(' and'));
    await heard.ended;
    expect(heard).toMatchObject({ text: 'there and', end: 'end' });
    expect(near.readableEnded).toBe(false);
    far.write('back');
    far.end();
    expect(await text).toBe('back');
    await closed(near);
    expect(near.errored).toBeNull();
  });

  test('loses nothing of what is written before its end', async () => {
    const { near, heard } = await joined(transport());
    const large = Buffer.alloc(3_000_000, 'all of it, in its order; ');
    const finished = new Promise<void>((resolve) => near.end(large, resolve));
    await heard.ended;
    await finished;
    expect(heard.text === large.toString('latin1')).toBe(true);
  });

  test('holds its peer while nobody reads it', async () => {
    const { near, far } = await joined(transport());
    const large = Buffer.alloc(8_000_000, 'all of it, in its order; ');
    for (let at = 0; at < large.length; at += 50_000) far.write(large.subarray(at, at + 50_000));
    far.end();
    while (near.readableLength === 0) await settled();
    await settled();
    expect(near.readableLength).toBeLessThan(near.readableHighWaterMark + 65_536);
    expect((await readAll(near)) === large.toString('latin1')).toBe(true);
  });

  test('asks its writer to wait while its peer holds', async () => {
    const { near, far, heard } = await joined(transport());
    const hold = far.hold();
    const total = 20_000_000;
    let isDone = false;
    near.end(Buffer.alloc(total), () => (isDone = true));
    await settled();
    expect(isDone).toBe(false);
    hold.unsubscribe();
    await heard.ended;
    expect(heard.text).toHaveLength(total);
    expect(isDone).toBe(true);
  });

  test('is an end to its peer when it is destroyed', async () => {
    const { near, heard } = await joined(transport());
    near.destroy();
    await heard.ended;
    expect(heard.end).toBe('end');
  });

  test('is closed, and has no error, when its connection is destroyed on this side by somebody else', async () => {
    const connections = new ReplaySubject<Connection>(1);
    const inner = transport();
    const listening = inner.listen({ host: '127.0.0.1', port: 0 }).subscribe((notification) => {
      if (notification.type !== 'listening') return;
      inner.connect(notification.address).subscribe((phase) => {
        if (phase.type === 'connection') connections.next(phase.connection);
      });
    });
    const connection = await new Promise<Connection>((resolve) => {
      connections.subscribe(resolve);
    });
    const stream = toDuplex(connection);
    connection.destroy();
    await closed(stream);
    expect(stream.errored).toBeNull();
    listening.unsubscribe();
  });
});

describe('over a socket', () => {
  test('a stream that is destroyed with an error is a break to its peer', async () => {
    const { near, heard } = await joined(tcpTransport());
    const failed = new Promise((resolve) => near.once('error', resolve));
    near.destroy(new Error('given up'));
    await heard.ended;
    expect(heard.end).toBe('break');
    expect(await failed).toMatchObject({ message: 'given up' });
  });

  test('a break is an error of the stream', async () => {
    const { near, far } = await joined(tcpTransport());
    const failed = new Promise((resolve) => near.once('error', resolve));
    far.destroy(true);
    expect(await failed).toMatchObject({ code: 'CONNECTION_RESET' });
    await closed(near);
  });

  test('what is written in the turn in which it is destroyed arrives', async () => {
    const { near, heard } = await joined(tcpTransport());
    near.write('an alert');
    near.destroy();
    await heard.ended;
    expect(heard.text).toBe('an alert');
  });
});

test.each([10, 200_000])(
  'a stream whose socket is closed takes no more: %d octets are an error, and nobody waits until they have left',
  async (size) => {
    const { near, connection, far } = await joined(tcpTransport());
    far.end();
    await readAll(near);
    const isClosed = firstValueFrom(connection.closed, { defaultValue: undefined });
    connection.destroy();
    await isClosed;
    const failed = new Promise((resolve) => near.once('error', resolve));
    const written = new Promise((resolve) => near.write(Buffer.alloc(size), resolve));
    expect(await written).toBeInstanceOf(ConnectionResetError);
    expect(await failed).toBe(await written);
    await closed(near);
  },
);
