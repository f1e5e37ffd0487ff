import tls from 'node:tls';
import { boolean, checkSettings, count, func, type Check } from '../message/settings.ts';

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
}

const material: Check = (value) =>
  typeof value === 'string' || (typeof value === 'object' && value !== null) ? undefined : 'PEM or DER';

const text: Check = (value) => (typeof value === 'string' ? undefined : 'a string');

const CONTEXT_CHECKS: Record<keyof TlsContextOptions, Check> = {
  minVersion: text,
  maxVersion: text,
  ciphers: text,
  ecdhCurve: text,
  sigalgs: text,
  ca: material,
  crl: material,
  passphrase: text,
  key: material,
  cert: material,
  pfx: material,
};

const CHECKS: Record<keyof TlsOptions, Check> = {
  ...CONTEXT_CHECKS,
  rejectUnauthorized: boolean,
  servername: text,
  checkServerIdentity: func,
  maxSessions: count(0),
};

/** @throws RangeError for a number out of its range, TypeError for anything else; both name the option */
export function checkTlsOptions(options: TlsOptions): void {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  checkSettings(given, CHECKS, 'tlsTransport');
}

/**
 * A secure context of what the options say, and of nothing else that they hold.
 *
 * @throws TypeError that names the option of which none can be made; never what is in it
 */
export function secureContext(options: TlsContextOptions): tls.SecureContext {
  const names = Object.keys(CONTEXT_CHECKS) as (keyof TlsContextOptions)[];
  const context: TlsContextOptions = Object.fromEntries(names.map((name) => [name, options[name]]));
  try {
    return tls.createSecureContext(context);
  } catch (cause) {
    // OpenSSL does not say what it was reading: the first option that fails without the others is the one.
    const { passphrase } = context;
    const culprit = names.find((name) => {
      try {
        tls.createSecureContext({ passphrase, [name]: context[name] });
        return false;
      } catch {
        return true;
      }
    });
    const which = culprit ?? 'key and cert';
    throw new TypeError(`${which} cannot be used: ${(cause as Error).message}`, { cause });
  }
}
