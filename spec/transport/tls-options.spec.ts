import { describe, expect, test } from '@jest/globals';
import tls from 'node:tls';
import { CertificateUntrustedError, TlsError } from '../../src/message/errors.ts';
import { tcpTransport, type TcpOptions } from '../../src/transport/tcp.ts';
import { tlsTransport } from '../../src/transport/tls.ts';
import { clientOptionsOf, serverOptionsOf, type TlsOptions } from '../../src/transport/tls-options.ts';

describe('options of TLS that are wrong', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'a name that is none',
      { rejectUnauthorised: false },
      'rejectUnauthorised is not an option of tlsTransport',
    ],
    [
      'a switch that is text',
      { rejectUnauthorized: 'no' },
      'rejectUnauthorized must be true or false, not no',
    ],
    ['a number of ms that is none', { handshakeTimeout: -1 }, 'handshakeTimeout must be a number of ms'],
    ['a number of sessions that is none', { maxSessions: 0.5 }, 'maxSessions must be a whole number'],
    ['an authority that is a number', { ca: 5 }, 'ca must be certificates as PEM, not 5'],
    ['an authority that is a path', { ca: './ca.pem' }, 'ca must be certificates as PEM, not ./ca.pem'],
    ['one of several that is none', { ca: ['-----BEGIN ', Buffer.from('none')] }, 'ca must be certificates'],
    ['a version that there is not', { minVersion: 'TLSv2' }, 'minVersion cannot be used'],
    ['ciphers that there are not', { ciphers: 'none' }, 'ciphers cannot be used'],
    ['a curve that there is not', { ecdhCurve: 'none' }, 'ecdhCurve cannot be used'],
    ['a certificate that is none', { cert: 'none' }, 'cert cannot be used'],
    ['one that is a path', { cert: './cert.pem' }, 'cert cannot be used: it is not PEM'],
    ['a key that is one', { key: './key.pem' }, 'key cannot be used: it is not PEM'],
    ['a key that is broken', { key: '-----BEGIN PRIVATE KEY-----' }, 'key cannot be used: error:'],
    ['a list that is one', { crl: './crl.pem' }, 'crl cannot be used: it is not PEM'],
    ['a container that is none', { pfx: Buffer.from('none') }, 'pfx cannot be used'],
    ['a revocation list that is none', { crl: 'none' }, 'crl cannot be used'],
    ['a listener that is none', { onHandshakeError: 'log' }, 'onHandshakeError must be a function'],
  ])('%s', (_, options, message) => {
    expect(() => tlsTransport(options as TlsOptions)).toThrow(message);
  });

  test('a key that is none, without what it says', () => {
    let error: unknown;
    try {
      tlsTransport({ key: 'a secret' });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(/^key cannot be used/);
    expect((error as Error).message).not.toContain('a secret');
  });

  test('what is undefined is as if it were not there', () => {
    expect(() =>
      tlsTransport({ ca: undefined, maxSessions: undefined, SNICallback: undefined }),
    ).not.toThrow();
  });
});

describe('a callback of the caller, in the middle of a handshake', () => {
  const fault = new Error('a fault of the callback');

  test('that checks a certificate and throws has refused it', () => {
    for (const thrown of [fault, undefined]) {
      const checkServerIdentity = (): undefined => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- as others may
        throw thrown;
      };
      const refusal = clientOptionsOf({ checkServerIdentity }).checkServerIdentity?.(
        'a',
        {} as tls.PeerCertificate,
      );
      expect(refusal).toBeInstanceOf(CertificateUntrustedError);
      expect(refusal).toMatchObject({ cause: thrown });
    }
  });

  type SNICallback = NonNullable<TlsOptions['SNICallback']>;
  const chosen = (callback: SNICallback): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { SNICallback } = serverOptionsOf({ SNICallback: callback });
      SNICallback?.('a', (error, context) => (error === null ? resolve(context) : reject(error)));
    });
  const badly: Record<string, SNICallback> = {
    throws: () => {
      throw fault;
    },
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- as others may
    'is async and rejects': async () => Promise.reject(fault),
    'gives an error': (_, done) => done(fault),
    'gives an error later': (_, done) => void setImmediate(done, fault),
  };

  test.each(Object.entries(badly))('that chooses one and %s ends the handshake', async (_, callback) => {
    const error = await chosen(callback).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TlsError);
    expect(error).toMatchObject({ cause: fault });
  });

  test.each([{}, { context: {} }, { cert: 'a', key: 'b' }, 'a'])(
    'that gives %j for a context ends it, too',
    async (context) => {
      const callback: SNICallback = (_, done) => done(null, context as tls.SecureContext);
      await expect(chosen(callback)).rejects.toMatchObject({ code: 'TLS', cause: { name: 'TypeError' } });
    },
  );

  test('that gives one, or none, is heeded', async () => {
    const context = tls.createSecureContext({});
    await expect(chosen((_, done) => done(null, context))).resolves.toBe(context);
    await expect(chosen((_, done) => done(null))).resolves.toBe(undefined);
  });
});

describe('options of TCP that are wrong', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a name that is none', { nodelay: true }, 'nodelay is not an option of tcpTransport'],
    ['a check that is none', { checkAddress: ['127.0.0.1'] }, 'checkAddress must be a function'],
    [
      'an address that is a name',
      { localAddress: 'localhost' },
      'localAddress must be an IP address, not localhost',
    ],
    [
      'a time that is too short',
      { autoSelectFamilyAttemptTimeout: 1 },
      'autoSelectFamilyAttemptTimeout must be',
    ],
    [
      'a time that is longer than a timer',
      { autoSelectFamilyAttemptTimeout: 2 ** 31 },
      'autoSelectFamilyAttemptTimeout must be a whole number from 10 to 2147483647',
    ],
    ['a queue that is none', { backlog: 0 }, 'backlog must be a whole number from 1 to 2147483647'],
    ['a queue without an end', { backlog: Infinity }, 'backlog must be'],
  ])('%s', (_, options, message) => {
    expect(() => tcpTransport(options as TcpOptions)).toThrow(message);
  });

  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);

  test(`a port to be shared is ${isNew ? 'known' : 'not known'} to this Node`, () => {
    const make = expect(() => tcpTransport({ reusePort: true }));
    if (isNew) make.not.toThrow();
    else make.toThrow('reusePort needs Node 22.12 or newer');
  });
});
