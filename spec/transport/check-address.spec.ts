import { afterEach, describe, expect, test } from '@jest/globals';
import net from 'node:net';
import { HttpClient } from '../../src/client/http-client.ts';
import { AccessError, DnsError, type HttpError } from '../../src/message/errors.ts';
import { publicOnly } from '../../src/transport/public-only.ts';
import { tcpTransport, type TcpOptions } from '../../src/transport/tcp.ts';
import type { ConnectNotification } from '../../src/transport/transport.ts';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Counts the connections to an address, and closes each. */
async function listener(
  host: string,
  port = 0,
): Promise<{ readonly port: number; readonly accepted: number }> {
  let accepted = 0;
  const server = net.createServer((socket) => {
    accepted++;
    socket.destroy();
  });
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    get accepted() {
      return accepted;
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves every name to these, as a resolver does. */
const resolving =
  (...addresses: readonly string[]): net.LookupFunction =>
  (_, options, done) => {
    const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
    setImmediate(() => {
      if (options.all === true) done(null, all);
      else done(null, all[0].address, all[0].family);
    });
  };

/** The phases of an attempt that succeeds. */
function attempt(host: string, port: number, options: TcpOptions): Promise<readonly ConnectNotification[]> {
  return new Promise((resolve, reject) => {
    const phases: ConnectNotification[] = [];
    tcpTransport(options)
      .connect({ host, port })
      .subscribe({
        next: (phase) => {
          phases.push(phase);
          if (phase.type === 'connection') phase.connection.destroy();
        },
        error: reject,
        complete: () => resolve(phases),
      });
  });
}

const failure = (host: string, port: number, options: TcpOptions): Promise<HttpError> =>
  attempt(host, port, options).then(
    () => {
      throw new Error('it has connected');
    },
    (error: unknown) => error as HttpError,
  );

const resolved = (phases: readonly ConnectNotification[]): string[] =>
  phases.flatMap((phase) => (phase.type === 'resolved' ? [phase.address] : []));

/** Ways to say 127.0.0.1 that a check of names would have to know. */
const LOOPBACK = [
  'localhost',
  '127.1',
  '0x7f000001',
  '0x7f.1',
  '2130706433',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1',
];

describe('an address that is refused', () => {
  test.each([...LOOPBACK, '::ffff:127.0.0.1', '::ffff:7f00:1'])('is not connected to as %s', async (host) => {
    const server = await listener('127.0.0.1');
    // That it would be, but for the check.
    await attempt(host, server.port, {});
    await until(() => server.accepted === 1);
    const error = await failure(host, server.port, { checkAddress: publicOnly });
    expect(error).toBeInstanceOf(AccessError);
    // What connects now comes behind what would have.
    await attempt('127.0.0.1', server.port, {});
    await until(() => server.accepted > 1);
    expect(server.accepted).toBe(2);
  });

  test.each(['localhost', '127.1', '0x7f000001', '[::ffff:127.0.0.1]', '2130706433', '0177.0.0.1', '[::1]'])(
    'is not asked for http://%s/, nor a second time',
    async (host) => {
      const server = await listener('127.0.0.1');
      let checked = 0;
      const checkAddress = (address: string): boolean => {
        checked++;
        return publicOnly(address);
      };
      const client = new HttpClient({ transport: tcpTransport({ checkAddress }), retryDelay: 0 });
      const error = await new Promise((resolve) => {
        client
          .exchange({ method: 'GET', uri: `http://${host}:${server.port}/`, headers: [] })
          .subscribe({ error: resolve });
      });
      expect(error).toBeInstanceOf(AccessError);
      expect(checked).toBeGreaterThanOrEqual(1);
      expect(server.accepted).toBe(0);
    },
  );

  test.each([
    ['first', ['127.0.0.1', '127.0.0.2']],
    ['last', ['127.0.0.2', '127.0.0.1']],
    ['one of both families', ['::1', '127.0.0.2', '127.0.0.1']],
  ])('is dropped from those of a name where it is %s', async (_, addresses) => {
    const refused = await listener('127.0.0.1');
    const allowed = await listener('127.0.0.2', refused.port);
    const checkAddress = (address: string): boolean => address === '127.0.0.2';
    for (const localAddress of [undefined, '127.0.0.3']) {
      const options = { checkAddress, localAddress, lookup: resolving(...addresses) };
      expect(resolved(await attempt('name', refused.port, options))).toEqual(['127.0.0.2']);
    }
    await until(() => allowed.accepted === 2);
    expect(refused.accepted).toBe(0);
  });

  test('and all others of the name are said', async () => {
    const error = await failure('name', 80, {
      checkAddress: publicOnly,
      lookup: resolving('10.1.2.3', 'fd00::1'),
    });
    expect(error).toMatchObject({ code: 'ACCESS', detail: 'name is 10.1.2.3, fd00::1' });
  });

  test.each(['name', '127.0.0.1'])('is what an async check says nothing of yet: %s', async (host) => {
    const server = await listener('127.0.0.1');
    const checkAddress = (async () => Promise.resolve(false)) as unknown as () => boolean;
    const error = await failure(host, server.port, { checkAddress, lookup: resolving('127.0.0.1') });
    expect(error).toBeInstanceOf(AccessError);
    expect(server.accepted).toBe(0);
  });

  test('is said once where it is what the URI says', async () => {
    const error = await failure('127.0.0.1', 80, { checkAddress: publicOnly });
    expect(error.message).toBe('Address not allowed: 127.0.0.1');
  });

  test.each(['name', '127.0.0.1'])('is what cannot be checked: %s', async (host) => {
    const cause = new Error('no idea');
    const checkAddress = (): boolean => {
      throw cause;
    };
    const error = await failure(host, 80, { checkAddress, lookup: resolving('127.0.0.1') });
    expect(error).toBeInstanceOf(AccessError);
    expect(error).toMatchObject({ cause });
  });
});

test('a name that does not resolve is a DnsError, whatever resolves it', async () => {
  const cause = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  const error = await failure('name', 80, { lookup: (_, __, done) => done(cause, []) });
  expect(error).toBeInstanceOf(DnsError);
  expect(error).toMatchObject({ detail: 'no such name', cause });
});

test('a name of which nothing is known is a DnsError, too', async () => {
  const fault = new Error('a fault of the resolver');
  const lookups: Record<string, net.LookupFunction> = {
    throws: () => {
      throw fault;
    },
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- as others may
    rejects: async () => Promise.reject(fault),
  };
  for (const lookup of Object.values(lookups)) {
    const error = await failure('name', 80, { lookup });
    expect(error).toBeInstanceOf(DnsError);
    expect(error).toMatchObject({ detail: 'a fault of the resolver', cause: fault });
  }
  const error = await failure('name', 80, { lookup: (_, __, done) => done(null, []) });
  expect(error).toBeInstanceOf(DnsError);
  expect(error).toMatchObject({ detail: 'name has no address' });
});

test('of several addresses each that is tried is told, until one answers', async () => {
  const { port } = await listener('127.0.0.2');
  const lookup = resolving('127.0.0.1', '127.0.0.2', '127.0.0.3');
  expect(resolved(await attempt('name', port, { lookup }))).toEqual(['127.0.0.1', '127.0.0.2']);
});

test('when none answers, the error says so of each', async () => {
  const error = await failure('name', 1, { lookup: resolving('127.0.0.1', '127.0.0.2') });
  expect(error.detail).toBe('connect ECONNREFUSED 127.0.0.1:1, connect ECONNREFUSED 127.0.0.2:1');
});
