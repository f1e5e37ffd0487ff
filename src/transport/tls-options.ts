import tls from 'node:tls';
import type { ConnectionInfo } from '../message/connection.ts';
import { CertificateUntrustedError, TlsError, type HttpError } from '../message/errors.ts';
import { boolean, checkSettings, count, func, given, msOrNever, type Check } from '../message/settings.ts';

/** What both ends make a secure context of: options of `node:tls`, with its meanings. */
export type TlsContextOptions = Pick<
  tls.SecureContextOptions,
  | 'ca'
  | 'cert'
  | 'ciphers'
  | 'crl'
  | 'ecdhCurve'
  | 'key'
  | 'maxVersion'
  | 'minVersion'
  | 'passphrase'
  | 'pfx'
  | 'sigalgs'
>;

/** The options of a {@link tlsTransport}. */
export interface TlsOptions extends TlsContextOptions {
  /**
   * Whom to trust: certificates as PEM.
   *
   * @defaultValue the authorities that Node comes with
   */
  readonly ca?: TlsContextOptions['ca'];
  /** Our certificate, and those that lead from it to one that the peer trusts, as PEM. */
  readonly cert?: TlsContextOptions['cert'];
  /** The private key of `cert`, as PEM. */
  readonly key?: TlsContextOptions['key'];
  /**
   * Whether a peer whose certificate does not hold is refused. `false` secures against those who only listen, and against
   * nobody else. `NODE_TLS_REJECT_UNAUTHORIZED` does not count here.
   *
   * @defaultValue true
   */
  readonly rejectUnauthorized?: boolean | undefined;
  /**
   * The name that a server is to have in its certificate, and that is sent to it.
   *
   * @defaultValue the host that is connected to; an IP address is checked and not sent (RFC 6066 §3)
   */
  readonly servername?: string | undefined;
  /**
   * Says what is wrong with a certificate that holds, if it is not the host's.
   *
   * @defaultValue `tls.checkServerIdentity`
   */
  readonly checkServerIdentity?: typeof tls.checkServerIdentity | undefined;
  /**
   * How many servers' sessions are kept, to be resumed by the next connection; 0 keeps none.
   *
   * @defaultValue 100, as node:https has it
   */
  readonly maxSessions?: number | undefined;
  /**
   * Whether a server asks its clients for certificates. Those without one that `ca` vouches for are refused, unless
   * `rejectUnauthorized` is false: then `ConnectionInfo.tls` says what they are.
   *
   * @defaultValue false
   */
  readonly requestCert?: boolean | undefined;
  /** Chooses a server's certificate by the name that its client asks for; without one for a name, it is `cert`. */
  readonly SNICallback?: tls.TlsOptions['SNICallback'];
  /**
   * ms for the handshake with a client; null is for ever.
   *
   * @defaultValue 30000, as an HttpServer waits for the head of a request; node:https has 120000
   */
  readonly handshakeTimeout?: number | null | undefined;
  /**
   * Is told of the handshakes with clients that failed, each of which is over: what listens goes on. Anybody can make one
   * fail, as often as they like.
   *
   * @defaultValue tells nobody
   */
  readonly onHandshakeError?: ((error: HttpError, connection: ConnectionInfo) => void) | undefined;
}

/** ms; for more, a timer of Node fires at once. */
const LONGEST = 2_147_483_647;

const material: Check = (value) =>
  typeof value === 'string' || (typeof value === 'object' && value !== null) ? undefined : 'PEM or DER';

const isText = (value: unknown): value is string | Uint8Array =>
  typeof value === 'string' || value instanceof Uint8Array;

/** Whether all of it has something of PEM. What is neither text nor octets says itself what it is. */
const isPem = (value: unknown): boolean =>
  [value].flat().every((each) => !isText(each) || Buffer.from(each).includes('-----BEGIN '));

/** In the place of an authority OpenSSL takes anything, and finds no certificate in it: the path of a file, for one. */
const authority: Check = (value) =>
  [value].flat().every(isText) && isPem(value) ? undefined : 'certificates as PEM';

const text: Check = (value) => (typeof value === 'string' ? undefined : 'a string');

const CONTEXT_CHECKS: Record<keyof TlsContextOptions, Check> = {
  minVersion: text,
  maxVersion: text,
  ciphers: text,
  ecdhCurve: text,
  sigalgs: text,
  ca: authority,
  crl: material,
  passphrase: text,
  key: material,
  cert: material,
  pfx: material,
};

const CONTEXT_OPTIONS = Object.keys(CONTEXT_CHECKS) as (keyof TlsContextOptions)[];

const CHECKS: Record<keyof TlsOptions, Check> = {
  ...CONTEXT_CHECKS,
  rejectUnauthorized: boolean,
  servername: text,
  checkServerIdentity: func,
  maxSessions: count(0),
  requestCert: boolean,
  SNICallback: func,
  handshakeTimeout: msOrNever,
  onHandshakeError: func,
};

/** @throws RangeError for a number out of its range, TypeError for anything else; both name the option */
export function checkTlsOptions(options: TlsOptions): void {
  checkSettings(given(options, 'tlsTransport'), CHECKS, 'tlsTransport');
}

/** @throws TypeError that names the option */
export function checkContextOptions(options: TlsContextOptions): void {
  checkSettings(given(options, 'renew'), CONTEXT_CHECKS, 'renew');
}

/** What of the options a secure context is made of. */
export function contextOf(options: TlsContextOptions): TlsContextOptions {
  return only(options, CONTEXT_OPTIONS);
}

/** What of the options is for the handshake with a server. */
export function clientOptionsOf(options: TlsOptions): tls.ConnectionOptions {
  const { rejectUnauthorized = true, checkServerIdentity } = options;
  return {
    ...only(options, ['servername']),
    rejectUnauthorized,
    ...(checkServerIdentity && { checkServerIdentity: refusing(checkServerIdentity) }),
  };
}

/** What of the options is for the handshake with a client. */
export function serverOptionsOf(options: TlsOptions): tls.TlsOptions {
  const { rejectUnauthorized = true, requestCert = false, SNICallback } = options;
  return {
    rejectUnauthorized,
    requestCert,
    // The time is ours, and Node has one of its own.
    handshakeTimeout: LONGEST,
    ...(SNICallback && { SNICallback: guarded(SNICallback) }),
  };
}

/** Whether there is a certificate that a server can show. */
export function canListen({ cert, pfx, SNICallback }: TlsOptions): boolean {
  return (cert ?? pfx ?? SNICallback) !== undefined;
}

/**
 * A secure context.
 *
 * @throws TypeError that names the option of which none can be made; never what is in it
 */
export function secureContext(options: TlsContextOptions): tls.SecureContext {
  try {
    return tls.createSecureContext(options);
  } catch (cause) {
    // OpenSSL does not say what it was reading: the first option that fails without the others is the one.
    const { passphrase } = options;
    const culprit = CONTEXT_OPTIONS.find((name) => {
      try {
        tls.createSecureContext({ passphrase, [name]: options[name] });
        return false;
      } catch {
        return true;
      }
    });
    const which = culprit ?? 'key and cert';
    const isOther = (which === 'cert' || which === 'key' || which === 'crl') && !isPem(options[which]);
    const reason = isOther ? 'it is not PEM' : (cause as Error).message;
    throw new TypeError(`${which} cannot be used: ${reason}`, { cause });
  }
}

function only<T extends object, Name extends keyof T>(options: T, names: readonly Name[]): Pick<T, Name> {
  const entries = names.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Pick<T, Name>;
}

type SNICallback = NonNullable<TlsOptions['SNICallback']>;

/** The class of what `tls.createSecureContext` makes. */
const SecureContext = Reflect.get(tls, 'SecureContext') as abstract new () => tls.SecureContext;

/**
 * What goes wrong in a callback in the middle of a handshake ends that and not the process: it may throw, be an async function
 * that rejects, or give what is no context, from which Node 20 dies of a segmentation fault.
 */
function guarded(callback: SNICallback): SNICallback {
  return (servername, done) => {
    const fail = (cause: unknown): void =>
      done(new TlsError(`no certificate for ${JSON.stringify(servername)}`, { cause }));
    const choose: typeof done = (error, context) => {
      if (error) fail(error);
      else if (!context) done(null);
      else if (context instanceof SecureContext) done(null, context);
      else fail(new TypeError('SNICallback must give what tls.createSecureContext makes'));
    };
    Promise.resolve()
      .then(() => callback(servername, choose))
      .catch(fail);
  };
}

type IdentityCheck = NonNullable<TlsOptions['checkServerIdentity']>;

/** What a check throws says of a certificate that it does not hold: in the middle of a handshake nobody else would catch it. */
function refusing(check: IdentityCheck): IdentityCheck {
  return (host, certificate) => {
    try {
      return check(host, certificate);
    } catch (cause) {
      return new CertificateUntrustedError('it could not be checked', { cause });
    }
  };
}
