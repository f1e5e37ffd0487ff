import { UrlError } from '../message/errors.ts';
import { ORIGIN } from '../message/target.ts';
import { isAuthority } from '../wire/request-target.ts';
import { isTargetText } from '../wire/grammar.ts';

/** Scheme and authority, and the path and query as they stand; a fragment is never sent (RFC 9110 §7.1). */
const URI = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*)([^#]*)/;

/** The ports of a URI that names none (RFC 9110 §4.2). */
const DEFAULT_PORTS = { http: 80, https: 443 };

/** Whom a request is for: what to speak with which host and port, and how the Host field names them (RFC 9110 §4.3.1, §7.2). */
export interface Origin {
  readonly scheme: 'http' | 'https';
  /** Lower-cased, and without the default port. */
  readonly authority: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** As `https://host:port` (RFC 6454 §6.2): equal for whatever may share connections. */
  readonly serialized: string;
}

/** Where a request goes, and what it asks for there. */
export interface Destination {
  readonly origin: Origin;
  /** As the URI has it behind its origin, nothing being a `/`: it is the caller's, who may mean each dot of it (RFC 9112 §3.2.1). */
  readonly target: string;
}

/**
 * Splits an absolute `http` or `https` URI. Nothing is decoded, encoded or normalised in its path and query; an IRI must
 * be converted first.
 *
 * @throws UrlError
 */
export function parseUri(uri: string, method = 'GET'): Destination {
  if (typeof uri !== 'string') throw new TypeError('the uri of a request is a string');
  const match = URI.exec(uri);
  if (match === null) throw new UrlError(`${JSON.stringify(uri)} is not absolute`);
  const origin = parseOrigin(match[1]);
  const rest = match[2];
  if (method === 'CONNECT') return { origin, target: tunnelTarget(origin, rest) };
  // RFC 9112 §3.2.4: what has no path at all is about the server as a whole.
  if (rest === '' && method === 'OPTIONS') return { origin, target: '*' };
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  if (!isTargetText(target)) {
    throw new UrlError(`${JSON.stringify(uri)} has characters that must be percent-encoded`);
  }
  return { origin, target };
}

/** In authority-form, which always says the port (RFC 9110 §9.3.6). */
function tunnelTarget({ host, port }: Origin, rest: string): string {
  if (rest !== '' && rest !== '/') throw new UrlError('a tunnel leads to a host and a port, and to no path');
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

/**
 * Reads an origin that is all there is to say: behind it there may be no more than a `/`.
 *
 * @throws UrlError
 */
export function parseBareOrigin(text: string): Origin {
  if (typeof text !== 'string') throw new TypeError('an origin is a string');
  const bare = text.replace(/\/$/, '');
  if (ORIGIN.exec(bare)?.[0] !== bare) throw new UrlError(`${JSON.stringify(text)} is not an origin`);
  return parseOrigin(bare);
}

/** What has been parsed already: programs talk to few origins, and to each of them often. */
const known = new Map<string, Origin>();
const MOST_KNOWN = 16_384;

/**
 * Reads `http://host:port`.
 *
 * @throws UrlError
 */
export function parseOrigin(text: string): Origin {
  let origin = known.get(text);
  if (origin === undefined) {
    origin = parseNewOrigin(text);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, origin);
  }
  return origin;
}

function parseNewOrigin(text: string): Origin {
  const [scheme, given] = text.toLowerCase().split('://', 2) as [string, string];
  if (scheme !== 'http' && scheme !== 'https') throw new UrlError(`the scheme ${scheme} is not supported`);
  // RFC 9110 §4.2.4: userinfo in a URI is a way to pass one host off as another.
  if (given.includes('@')) throw new UrlError('a URI must not hold a user name or password');
  if (!isAuthority(given)) throw new UrlError(`${JSON.stringify(given)} is not a host`);
  const [, host, digits] = /^(.*?)(?::(\d*))?$/.exec(given) as unknown as [string, string, string?];
  const usual = DEFAULT_PORTS[scheme];
  const port = digits === undefined || digits === '' ? usual : Number(digits);
  const authority = port === usual ? host : `${host}:${String(port)}`;
  return {
    scheme,
    authority,
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    port,
    serialized: `${scheme}://${authority}`,
  };
}
