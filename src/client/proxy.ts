import { map, mergeMap, of, throwError, type Observable } from 'rxjs';
import { UnwritableError, UrlError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import { checkSettings, given, object, transport, type Check } from '../message/settings.ts';
import { tlsTransport } from '../transport/tls.ts';
import type { TlsOptions } from '../transport/tls-options.ts';
import type { ConnectNotification, ConnectTarget, Transport } from '../transport/transport.ts';
import { controlName } from '../wire/control-fields.ts';
import { formatField } from '../wire/field-section.ts';
import { parseOrigin, type Origin } from './origin.ts';
import { tunnel } from './tunnel.ts';

/** The proxy for requests to an origin such as `https://host:port`, as a URI; nothing, when there is none. */
export type ProxyChoice = (origin: string) => string | null | undefined;

/** How a proxy is reached, and what is behind it. */
export interface ProxyOptions {
  /** Fields for the proxy alone, such as a Proxy-Authorization of another scheme than Basic. */
  readonly headers?: HeaderList | undefined;
  /** How what goes through a tunnel is secured. */
  readonly tls?: TlsOptions | undefined;
  /**
   * What connects to the proxy, and to what needs none. A `checkAddress` in it sees the address of the proxy: those behind it
   * the proxy resolves.
   *
   * @defaultValue TLS and TCP
   */
  readonly over?: Transport | undefined;
}

const CHECKS: Record<keyof ProxyOptions, Check> = {
  headers: (value) => (Array.isArray(value) && value.every(Array.isArray) ? undefined : 'a list of fields'),
  tls: object,
  over: transport,
};

interface Proxy {
  readonly origin: Origin;
  /** The field lines that are for it. */
  readonly fields: string;
}

/** A URI of a proxy: userinfo, which no other URI may have, are its credentials. */
const PROXY = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:([^@/?#]*)@)?([^@/?#]+)\/?$/;

/**
 * A transport whose connections lead through an HTTP proxy: requests for `http` in absolute-form (RFC 9112 §3.2.2), those for
 * `https` through a tunnel that the proxy is asked for by CONNECT (RFC 9110 §9.3.6), secured end to end.
 *
 * ```
 * --r-c-(k|)        http: resolved and connected are the proxy's
 * --r-c---t--s(k|)  https: tunnelled, secured
 * --r-c---#         ProxyError: 407, 502 …
 * ```
 *
 * @param proxy - `http://user:password@host:port`, or what says which for an origin
 * @throws UrlError, TypeError at once for what is no URI of a proxy
 * @throws TypeError or RangeError that names an option with a wrong value
 * @throws UnwritableError at once for a field that would not be one, or that steers the message or its connection
 *
 * @example
 * ```ts
 * const client = new HttpClient({ transport: proxyTransport('http://localhost:3128') });
 * ```
 */
export function proxyTransport(proxy: string | ProxyChoice, options: ProxyOptions = {}): Transport {
  checkSettings(given(options, 'proxyTransport'), CHECKS, 'proxyTransport');
  const { headers = [], tls, over = tlsTransport(tls) } = options;
  if (typeof proxy !== 'string' && typeof proxy !== 'function') {
    throw new TypeError('a proxy is a URI, or a function that chooses one');
  }
  const fields = headers.map(([name, value]) => fieldForProxy(name, value)).join('');
  const always = typeof proxy === 'string' ? parseProxy(proxy, fields) : undefined;
  const choose = ({ scheme = 'https', host, port }: ConnectTarget): Proxy | undefined => {
    if (typeof proxy === 'string') return always;
    const name = host.includes(':') ? `[${host}]` : host;
    const chosen = proxy(`${scheme}://${name}:${String(port)}`);
    return chosen === null || chosen === undefined || chosen === '' ? undefined : parseProxy(chosen, fields);
  };
  const connect = (target: ConnectTarget): Observable<ConnectNotification> => {
    let chosen: Proxy | undefined;
    try {
      chosen = choose(target);
    } catch (error) {
      return throwError(() => error);
    }
    return chosen === undefined ? over.connect(target) : connectBy(chosen, target, over);
  };
  return tlsTransport(tls, { connect, listen: (address) => over.listen(address) });
}

function connectBy(proxy: Proxy, target: ConnectTarget, over: Transport): Observable<ConnectNotification> {
  const { scheme, host, port } = proxy.origin;
  // Nothing but octets is asked for where the proxy is reached in the clear: only a request could tell what they are.
  const phases = over.connect({ host, port, ...(scheme === 'https' ? { scheme } : {}) });
  if (target.scheme === 'http') {
    return phases.pipe(
      map((phase) => (phase.type === 'connection' ? { ...phase, forProxy: proxy.fields } : phase)),
    );
  }
  return phases.pipe(
    mergeMap((phase) =>
      phase.type === 'connection' ? tunnel(phase.connection, target, proxy.fields) : of(phase),
    ),
  );
}

/** Host and the framing are the request's: a second Content-Length would make two requests of it (RFC 9112 §11.2). */
function fieldForProxy(name: string, value: string): string {
  if (controlName(name) !== undefined) throw new UnwritableError(`${name} for a proxy`);
  return formatField(name, value);
}

function parseProxy(uri: string, fields: string): Proxy {
  const match = PROXY.exec(uri);
  // The password is nobody's who reads the error.
  if (match === null) throw new UrlError('this is not the URI of a proxy');
  const [, scheme = 'http', userinfo, authority] = match as unknown as [string, string?, string?, string?];
  const origin = parseOrigin(`${scheme}://${authority ?? ''}`);
  return { origin, fields: userinfo === undefined ? fields : fields + credentials(userinfo) };
}

/** RFC 7617: UTF-8, as far as anybody agrees upon it. */
function credentials(userinfo: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(userinfo);
  } catch {
    throw new UrlError('the credentials of a proxy are not percent-encoded as they must be');
  }
  const both = decoded.includes(':') ? decoded : `${decoded}:`;
  return formatField('Proxy-Authorization', `Basic ${Buffer.from(both).toString('base64')}`);
}
