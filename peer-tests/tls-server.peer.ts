import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { Subscription } from 'rxjs';
import {
  CertificateExpiredError,
  CertificateUntrustedError,
  ConnectError,
  ListenError,
  tcpTransport,
  TlsError,
  tlsTransport,
  type Connection,
  type ConnectionInfo,
  type HttpError,
  type TlsOptions,
  type Transport,
} from '../src/index.ts';
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

/** What listens, sends back what it reads, and keeps what it is told. */
interface Echo {
  readonly port: number;
  readonly transport: ReturnType<typeof tlsTransport>;
  readonly connections: readonly Connection[];
  readonly faults: readonly { readonly error: HttpError; readonly info: ConnectionInfo }[];
  readonly listening: Subscription;
}

function echo(options: TlsOptions = localhost, over: Transport = tcpTransport()): Promise<Echo> {
  const connections: Connection[] = [];
  const faults: { error: HttpError; info: ConnectionInfo }[] = [];
  const transport = tlsTransport(
    { onHandshakeError: (error, info) => faults.push({ error, info }), ...options },
    over,
  );
  return new Promise((resolve, reject) => {
    const listening = transport
      .listen({ host: '127.0.0.1', port: 0 })
      .pipe(handshaken())
      .subscribe({
        next: (notification) => {
          if (notification.type === 'listening') {
            const { port } = notification.address;
            resolve({ port, transport, connections, faults, listening });
            return;
          }
          const { connection } = notification;
          connections.push(connection);
          connection.read.subscribe({
            next: (octets) => connection.write(Buffer.from(octets)),
            error: () => undefined,
            complete: () => {
              connection.write('.');
              connection.end();
            },
          });
        },
        error: reject,
      });
    ends.push(() => {
      listening.unsubscribe();
      for (const connection of connections) connection.destroy();
    });
  });
}

interface Visit {
  readonly socket: tls.TLSSocket;
  readonly text: () => string;
  readonly error: () => NodeJS.ErrnoException | undefined;
}

/** A client of node:tls. */
function visit(port: number, options: tls.ConnectionOptions = {}): Visit {
  let text = '';
  let error: NodeJS.ErrnoException | undefined;
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: authority.cert,
    ...options,
  });
  socket.on('data', (octets: Buffer) => (text += octets.toString('latin1')));
  socket.on('error', (cause: NodeJS.ErrnoException) => (error = cause));
  ends.push(() => socket.destroy());
  return { socket, text: () => text, error: () => error };
}

/** Says hello, and waits until it is answered. */
async function greeted(port: number, options: tls.ConnectionOptions = {}): Promise<Visit> {
  const visitor = visit(port, options);
  visitor.socket.write('hello');
  await until('it is echoed', () => visitor.text() === 'hello');
  return visitor;
}

describe('a connection that was accepted', () => {
  test.each<tls.SecureVersion>(['TLSv1.2', 'TLSv1.3'])(
    'carries octets both ways, and ends, %s',
    async (maxVersion) => {
      const { port, connections } = await echo({ ...localhost, maxVersion });
      const { socket, text } = await greeted(port, { ALPNProtocols: ['h2', 'http/1.1'] });
      expect(socket.alpnProtocol).toBe('http/1.1');
      expect(connections[0].info).toMatchObject({
        localPort: port,
        remotePort: socket.localPort,
        tls: { version: maxVersion, alpn: 'http/1.1', servername: 'localhost', isAuthorized: false },
      });
      expect(connections[0].info.tls?.peerCertificate).toBeUndefined();
      socket.end(' again');
      await until('it is closed', () => socket.closed);
      // The last is an answer to the end of its peer's side.
      expect(text()).toBe('hello again.');
    },
  );

  test('that is cut is a break to its peer', async () => {
    const { port, connections } = await echo();
    const { error } = await greeted(port);
    connections[0].destroy(true);
    await until('it breaks', () => error()?.code === 'ECONNRESET');
  });

  test('carries megabytes both ways', async () => {
    const { port } = await echo();
    const { socket, text } = visit(port);
    const large = Buffer.alloc(8_000_000, 'all of the octets, in their order; ');
    socket.write(large);
    await until('all is echoed', () => text().length === large.length);
    expect(text()).toBe(large.toString('latin1'));
  });
});

describe('a handshake', () => {
  const fails = async (server: Echo, fault: unknown): Promise<void> => {
    await until('it has failed', () => server.faults.length > 0);
    expect(server.faults).toHaveLength(1);
    expect(server.faults[0].error).toBeInstanceOf(fault);
    expect(server.faults[0].info).toMatchObject({ localPort: server.port, remoteAddress: '127.0.0.1' });
    expect(server.connections).toHaveLength(0);
    // It hurts nobody else.
    await greeted(server.port, localhost);
  };

  test('with what is not TLS fails', async () => {
    const server = await echo();
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await fails(server, TlsError);
    await until('the connection is closed', () => socket.resume().closed);
  });

  test('with a client of other protocols fails', async () => {
    const server = await echo();
    const { error } = visit(server.port, { ALPNProtocols: ['h2'] });
    await fails(server, TlsError);
    await until('it is told so', () => error()?.code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
  });

  test.each<[string, (socket: net.Socket) => void]>([
    ['leaves', (socket) => socket.end()],
    ['breaks off', (socket) => socket.resetAndDestroy()],
  ])('with a client that %s fails', async (_, leave) => {
    const server = await echo();
    const socket = net.connect(server.port, '127.0.0.1', () => leave(socket));
    await fails(server, ConnectError);
  });

  test('that takes too long is given up', async () => {
    const server = await echo({ ...localhost, handshakeTimeout: 20 });
    const socket = net.connect(server.port, '127.0.0.1');
    await until('the connection is closed', () => socket.resume().closed);
    await fails(server, TlsError);
    expect(server.faults[0].error.detail).toBe('no handshake within 20 ms');
  });

  test('ends with what listens', async () => {
    const server = await echo();
    const socket = net.connect(server.port, '127.0.0.1');
    await until('it is accepted', () => socket.readyState === 'open');
    // A second one is secured, so that the first is accepted by then.
    const { socket: secured } = await greeted(server.port);
    server.listening.unsubscribe();
    await until('the connection is closed', () => socket.resume().closed);
    expect(secured.closed).toBe(false);
    expect(server.faults).toEqual([]);
  });

  test('whose failure is told to somebody who throws hurts nobody else', async () => {
    const printed = jest.spyOn(console, 'error').mockReturnValue();
    const fault = new Error('in the listener');
    const onHandshakeError = (): void => {
      throw fault;
    };
    const server = await echo({ ...localhost, onHandshakeError });
    const { error } = visit(server.port, { ALPNProtocols: ['h2'] });
    await until('it fails', () => error() !== undefined);
    await greeted(server.port);
    expect(printed).toHaveBeenCalledWith(fault);
    printed.mockRestore();
  });
});

describe('clients that are asked for their certificates', () => {
  const asking = (options: TlsOptions = {}): Promise<Echo> =>
    echo({ ...localhost, ca: authority.cert, requestCert: true, ...options });

  test('are served with one that holds', async () => {
    const { port, connections } = await asking();
    const client = await authority.issue({ names: 'DNS:client' });
    await greeted(port, client);
    const { tls: info } = connections[0].info;
    expect(info?.isAuthorized).toBe(true);
    expect(Buffer.from(info!.peerCertificate!).toString('base64')).toBe(
      client.cert.replace(/-----.*?-----|\s/g, ''),
    );
  });

  test.each<[string, () => Promise<tls.ConnectionOptions>, unknown]>([
    ['none', () => Promise.resolve({}), TlsError],
    ['one that has expired', () => authority.issue({ days: -1 }), CertificateExpiredError],
    ['one of another authority', () => other().then((it) => it.issue()), CertificateUntrustedError],
  ])('are refused with %s', async (_, identity, fault) => {
    const server = await asking();
    const { error, socket } = visit(server.port, await identity());
    await until('it has failed', () => server.faults.length > 0);
    expect(server.faults[0].error).toBeInstanceOf(fault);
    await until('it is told so', () => error() !== undefined || socket.closed);
    expect(server.connections).toHaveLength(0);
  });

  test('are served with none, and not called authorized, where that is put up with', async () => {
    const { port, connections } = await asking({ rejectUnauthorized: false });
    await greeted(port);
    expect(connections[0].info.tls?.isAuthorized).toBe(false);
  });

  const other = async (): Promise<Authority> => {
    const it = await Authority.create('Another');
    ends.push(() => it.remove());
    return it;
  };
});

describe('a certificate', () => {
  const shown = async (port: number, servername = 'localhost'): Promise<string> => {
    const { socket } = await greeted(port, { servername, rejectUnauthorized: false });
    const { subject } = socket.getPeerX509Certificate()!;
    socket.destroy();
    return subject;
  };
  const subjectOf = ({ cert }: Identity): string => new X509Certificate(cert).subject;

  test('can be renewed while it is listened, and open connections stay', async () => {
    const { port, transport } = await echo();
    const { socket, text } = await greeted(port);
    expect(await shown(port)).toBe(subjectOf(localhost));
    const next = await authority.issue();
    transport.renew(next);
    expect(await shown(port)).toBe(subjectOf(next));
    socket.write(' again');
    await until('it is echoed', () => text() === 'hello again');
  });

  test('that cannot be used renews nothing, and says which', async () => {
    const { port, transport } = await echo();
    const { cert } = await authority.issue();
    expect(() => transport.renew({ cert: 'no certificate' })).toThrow(/^cert cannot be used/);
    expect(() => transport.renew({ cert })).toThrow(/^key and cert cannot be used/);
    expect(() => transport.renew({ requestCert: true } as TlsOptions)).toThrow(
      /^requestCert is not an option/,
    );
    expect(await shown(port)).toBe(subjectOf(localhost));
  });

  test('may be chosen by the name that is asked for', async () => {
    const other = await authority.issue({ names: 'DNS:other' });
    const context = tls.createSecureContext(other);
    const { port, faults } = await echo({
      ...localhost,
      SNICallback: (servername, done) => {
        if (servername === 'broken') throw new Error('no such host');
        done(null, servername === 'other' ? context : undefined);
      },
    });
    expect(await shown(port, 'other')).toBe(subjectOf(other));
    expect(await shown(port, 'localhost')).toBe(subjectOf(localhost));
    const { error } = visit(port, { servername: 'broken' });
    await until('it fails', () => error() !== undefined && faults.length === 1);
    expect(await shown(port, 'other')).toBe(subjectOf(other));
  });

  test('is needed', async () => {
    const error = await new Promise((resolve) => {
      tlsTransport().listen({ host: '127.0.0.1', port: 0 }).subscribe({ error: resolve });
    });
    expect(error).toBeInstanceOf(ListenError);
  });
});

test('sessions are resumed', async () => {
  const { port, connections } = await echo();
  const sessions: Buffer[] = [];
  const { socket } = await greeted(port);
  socket.on('session', (session) => sessions.push(session));
  await until('there is a ticket', () => sessions.length > 0 || socket.getSession() !== undefined);
  const again = await greeted(port, { session: sessions.at(-1) ?? socket.getSession() });
  expect(again.socket.isSessionReused()).toBe(true);
  expect(connections.map(({ info }) => info.tls?.isResumed)).toEqual([false, true]);
});
