import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type net from 'node:net';
import type tls from 'node:tls';
import { lastValueFrom, Subscription, type Observable } from 'rxjs';
import {
  AlpnError,
  CertificateExpiredError,
  CertificateHostError,
  CertificateRequiredError,
  CertificateUntrustedError,
  ConnectError,
  tcpTransport,
  TlsError,
  tlsTransport,
  type Connection,
  type ConnectNotification,
  type ConnectTarget,
  type TlsOptions,
  type Transport,
} from '../src/index.ts';
import { Authority, type Identity } from './peer/authority.ts';
import { socketServer, tlsServer, type Peer } from './peer/node-server.ts';
import { until } from './until.ts';

let authority: Authority;
let localhost: Identity;
beforeAll(async () => {
  authority = await Authority.create();
  localhost = await authority.issue();
});
afterAll(() => authority.remove());

const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

/** A server that sends back what it reads. */
async function echo(options: tls.TlsOptions = localhost): Promise<Peer> {
  const peer = await tlsServer({ ALPNProtocols: ['http/1.1'], ...options }, (socket) => socket.pipe(socket));
  peers.push(peer);
  return peer;
}

async function rawPeer(onSocket: (socket: net.Socket) => void): Promise<Peer> {
  const peer = await socketServer(onSocket);
  peers.push(peer);
  return peer;
}

const to = ({ port }: Peer, host = 'localhost'): ConnectTarget => ({ scheme: 'https', host, port });

interface Connected {
  /** The phases, the connection included. */
  readonly seen: readonly ConnectNotification[];
  readonly connection: Connection;
  /** What has arrived so far, as latin1. */
  readonly read: () => string;
}

function connected(phases: Observable<ConnectNotification>): Promise<Connected> {
  return new Promise((resolve, reject) => {
    const seen: ConnectNotification[] = [];
    phases.subscribe({
      next: (phase) => {
        seen.push(phase);
        if (phase.type !== 'connection') return;
        const { connection } = phase;
        let text = '';
        connection.read.subscribe({
          next: (octets) => (text += Buffer.from(octets).toString('latin1')),
          error: () => undefined,
        });
        resolve({ seen, connection, read: () => text });
      },
      error: reject,
    });
  });
}

const failure = (phases: Observable<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    phases.subscribe({ error: resolve, complete: () => reject(new Error('it has connected')) });
  });

const trusting = (options: TlsOptions = {}) => tlsTransport({ ca: authority.cert, ...options });

describe('a secured connection', () => {
  test('is announced, says what it is, carries octets both ways, and ends', async () => {
    const peer = await echo();
    const { seen, connection, read } = await connected(trusting().connect(to(peer)));
    expect(seen.map(({ type }) => type).filter((type) => type !== 'resolved')).toEqual([
      'connected',
      'secured',
      'connection',
    ]);
    expect(seen).toContainEqual({ type: 'secured', protocol: 'http/1.1', isResumed: false });
    expect(connection.info).toMatchObject({
      remotePort: peer.port,
      tls: { version: 'TLSv1.3', alpn: 'http/1.1', isAuthorized: true, isResumed: false },
    });
    expect(Buffer.from(connection.info.tls!.peerCertificate!).toString('base64')).toBe(
      localhost.cert.replace(/-----.*?-----|\s/g, ''),
    );
    connection.write('there and ');
    connection.write(Buffer.from('back'));
    await until('it is echoed', () => read() === 'there and back');
    const closed = lastValueFrom(connection.closed, { defaultValue: undefined });
    connection.end();
    await closed;
    await peer.deserted();
  });
});

test('what is not https is left to the transport beneath', async () => {
  const peer = await rawPeer((socket) => socket.pipe(socket));
  for (const scheme of ['http', undefined] as const) {
    const { connection, read } = await connected(
      trusting().connect({ scheme, host: 'localhost', port: peer.port }),
    );
    expect(connection.info.tls).toBeUndefined();
    connection.write('clear');
    await until('it is echoed', () => read() === 'clear');
    connection.destroy();
  }
});

test('TCP alone never speaks in the clear where https was asked for', async () => {
  const peer = await rawPeer(() => undefined);
  expect(await failure(tcpTransport().connect(to(peer)))).toBeInstanceOf(TlsError);
  expect(peer.accepted).toBe(0);
});

describe('a server whose certificate', () => {
  const PRESENTED: readonly [string, () => Promise<tls.TlsOptions>, string, unknown][] = [
    [
      'is for another host',
      () => authority.issue({ names: 'DNS:example.com' }),
      'localhost',
      CertificateHostError,
    ],
    [
      'is for names, and asked for by address',
      () => authority.issue({ names: 'DNS:localhost,DNS:127.0.0.1' }),
      '127.0.0.1',
      CertificateHostError,
    ],
    ['has expired', () => authority.issue({ days: -1 }), 'localhost', CertificateExpiredError],
    [
      'is self-signed',
      () => selfSigned().then(({ cert, key }) => ({ cert, key })),
      'localhost',
      CertificateUntrustedError,
    ],
    [
      'is of an unknown issuer',
      async () => (await selfSigned()).issue(),
      'localhost',
      CertificateUntrustedError,
    ],
  ];

  const others: Authority[] = [];
  const selfSigned = async (): Promise<Authority> => {
    const other = await Authority.create('localhost');
    others.push(other);
    return other;
  };
  afterAll(() => {
    for (const other of others) other.remove();
  });

  test.each(PRESENTED)('%s is refused', async (_, identity, host, fault) => {
    const peer = await echo(await identity());
    const error = await failure(trusting().connect(to(peer, host)));
    expect(error).toBeInstanceOf(fault);
    expect(error).toMatchObject({ cause: { message: expect.any(String) } });
    await peer.deserted();
  });

  test.each(PRESENTED)('%s can be put up with, and is not called authorized', async (_, identity, host) => {
    const peer = await echo(await identity());
    const { connection } = await connected(trusting({ rejectUnauthorized: false }).connect(to(peer, host)));
    expect(connection.info.tls?.isAuthorized).toBe(false);
    connection.destroy();
  });

  test('does not please a check of the caller is refused with its words', async () => {
    const peer = await echo();
    const checkServerIdentity = () => new Error('not the one that was pinned');
    const error = await failure(trusting({ checkServerIdentity }).connect(to(peer)));
    expect(error).toBeInstanceOf(CertificateUntrustedError);
    expect(error).toMatchObject({ detail: 'not the one that was pinned' });
  });

  test.each(['127.0.0.1', 'localhost'])('is for %s is good', async (host) => {
    const peer = await echo();
    const { connection } = await connected(trusting().connect(to(peer, host)));
    expect(connection.info.tls?.isAuthorized).toBe(true);
    connection.destroy();
  });
});

test.each([
  ['localhost', 'localhost'],
  ['127.0.0.1', false],
])('a server that is asked for as %s hears of %s', async (host, servername) => {
  const heard: unknown[] = [];
  const peer = await tlsServer(localhost, (socket) => heard.push(socket.servername));
  peers.push(peer);
  const { connection } = await connected(trusting().connect(to(peer, host)));
  await until('the server has a connection', () => heard.length > 0);
  expect(heard).toEqual([servername]);
  connection.destroy();
});

describe('a server that wants a certificate', () => {
  const asking = (version: tls.SecureVersion): Promise<Peer> =>
    echo({ ...localhost, ca: authority.cert, requestCert: true, minVersion: version, maxVersion: version });

  test('and gets none says so in TLS 1.3 when the handshake is over, in place of an answer', async () => {
    const peer = await asking('TLSv1.3');
    const error = await new Promise((resolve) => {
      trusting()
        .connect(to(peer))
        .subscribe((phase) => {
          if (phase.type !== 'connection') return;
          phase.connection.write('hello');
          phase.connection.read.subscribe({ error: resolve });
        });
    });
    expect(error).toBeInstanceOf(CertificateRequiredError);
    await peer.deserted();
  });

  test('and gets none breaks the handshake of TLS 1.2, and does not say why', async () => {
    const peer = await asking('TLSv1.2');
    const error = await failure(trusting().connect(to(peer)));
    expect(error).toMatchObject({
      code: 'TLS',
      cause: { code: expect.stringMatching(/_ALERT_HANDSHAKE_FAILURE$/) },
    });
  });

  test.each<tls.SecureVersion>(['TLSv1.2', 'TLSv1.3'])('is content with one of ours, %s', async (version) => {
    const peer = await asking(version);
    const ours = await authority.issue({ names: 'DNS:client' });
    const { connection, read } = await connected(trusting(ours).connect(to(peer)));
    connection.write('hello');
    await until('it is echoed', () => read() === 'hello');
    connection.destroy();
  });
});

describe('a handshake', () => {
  test('with a server that offers other protocols only fails', async () => {
    const peer = await echo({ ...localhost, ALPNProtocols: ['h2'] });
    expect(await failure(trusting().connect(to(peer)))).toBeInstanceOf(AlpnError);
  });

  test('with a server that does without ALPN succeeds', async () => {
    const peer = await echo({ ...localhost, ALPNProtocols: undefined as never });
    const { seen, connection } = await connected(trusting().connect(to(peer)));
    expect(seen).toContainEqual({ type: 'secured', protocol: undefined, isResumed: false });
    connection.destroy();
  });

  test.each([
    ['speaks in the clear', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['knows only an older TLS', undefined],
  ])('with a server that %s fails', async (_, answer) => {
    const peer =
      answer === undefined
        ? await echo({ ...localhost, maxVersion: 'TLSv1.2' })
        : await rawPeer((socket) => socket.resume().end(answer));
    const error = await failure(trusting({ minVersion: 'TLSv1.3' }).connect(to(peer)));
    expect(error).toMatchObject({ code: 'TLS' });
    await peer.deserted();
  });

  test.each<[string, (socket: net.Socket) => void]>([
    ['ends', (socket) => socket.end()],
    ['breaks off', (socket) => socket.resetAndDestroy()],
  ])('in which the server %s is a connection that was not made', async (_, leave) => {
    const peer = await rawPeer((socket) => socket.once('data', () => leave(socket)));
    const error = await failure(trusting().connect(to(peer)));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: 'CONNECT' });
    await peer.deserted();
  });

  test('that nobody waits for any more closes the connection', async () => {
    const peer = await rawPeer((socket) => socket.resume());
    const attempt = trusting().connect(to(peer)).subscribe();
    await until('it is connected', () => peer.open === 1);
    attempt.unsubscribe();
    await peer.deserted();
  });

  test.each(['connected', 'secured'])('is given up from inside of %s', async (type) => {
    const peer = await echo();
    const seen: string[] = [];
    const attempt = new Subscription();
    attempt.add(
      trusting()
        .connect(to(peer))
        .subscribe((phase) => {
          seen.push(phase.type);
          if (phase.type === type) attempt.unsubscribe();
        }),
    );
    await until('it is given up', () => attempt.closed && peer.accepted === 1 && peer.open === 0);
    expect(seen.at(-1)).toBe(type);
  });
});

describe('sessions', () => {
  /** Connects, waits until the server has sent what it sends, and tells whether a session was resumed. */
  const visit = async (transport: Transport, peer: Peer): Promise<boolean> => {
    const { seen, connection, read } = await connected(transport.connect(to(peer)));
    connection.write('ticket, please');
    await until('it is echoed', () => read() !== '');
    connection.destroy();
    return seen.some((phase) => phase.type === 'secured' && phase.isResumed);
  };

  test('of TLS 1.2 are resumed again and again', async () => {
    const peer = await echo({ ...localhost, maxVersion: 'TLSv1.2' });
    const transport = trusting();
    const resumed: boolean[] = [];
    for (let nth = 0; nth < 5; nth++) resumed.push(await visit(transport, peer));
    expect(resumed).toEqual([false, true, true, true, true]);
  });

  // Node sends two tickets with a full handshake, and none with one that was resumed.
  test('of TLS 1.3 are resumed once for each ticket', async () => {
    const peer = await echo();
    const transport = trusting();
    const resumed: boolean[] = [];
    for (let nth = 0; nth < 5; nth++) resumed.push(await visit(transport, peer));
    expect(resumed).toEqual([false, true, true, false, true]);
  });

  test('are kept apart by peer, and only so many of them', async () => {
    const [one, other] = [await echo(), await echo()];
    const [many, single, none] = [trusting(), trusting({ maxSessions: 1 }), trusting({ maxSessions: 0 })];
    for (const transport of [many, single, none]) {
      await visit(transport, one);
      await visit(transport, other);
    }
    expect(await Promise.all([many, single, none].map((transport) => visit(transport, one)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('of TLS 1.3 are not used by two connections', async () => {
    const peer = await echo();
    const transport = trusting();
    await visit(transport, peer);
    const all = await Promise.all(Array.from({ length: 3 }, () => visit(transport, peer)));
    expect(all.filter((isResumed) => isResumed)).toEqual([true, true]);
  });
});
