import { UrlError } from '../message/errors.ts';
import { isAuthority } from '../wire/request-target.ts';
import { isTargetText } from '../wire/grammar.ts';

/** Scheme, authority, and the path and query as they stand; a fragment is never sent (RFC 9110 §7.1). */
const URI = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^#]*)/;

const DEFAULT_PORT = 80;

/** Whom a request is for: the host and port to connect to, and how the Host field names them (RFC 9110 §4.3.1, §7.2). */
export interface Origin {
  /** Lower-cased, and without the default port: equal for whatever may share connections. */
  readonly authority: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** Where a request goes, and what it asks for there. */
export interface Destination {
  readonly origin: Origin;
  /** In origin-form, as it stands in the URI: it is the caller's, who may mean each dot of it (RFC 9112 §3.2.1). */
  readonly target: string;
}

/**
 * Splits an absolute `http` URI. Nothing is decoded, encoded or normalised in its path and query; an IRI must be
 * converted first.
 *
 * @throws UrlError
 */
export function parseUri(uri: string): Destination {
  if (typeof uri !== 'string') throw new TypeError('the uri of a request is a string');
  const match = URI.exec(uri);
  if (match === null) throw new UrlError(`${JSON.stringify(uri)} is not absolute`);
  const [, scheme, authority, rest] = match as unknown as [string, string, string, string];
  if (scheme.toLowerCase() !== 'http') throw new UrlError(`the scheme ${scheme} is not supported`);
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  if (!isTargetText(target)) {
    throw new UrlError(`${JSON.stringify(uri)} has characters that must be percent-encoded`);
  }
  return { origin: parseOrigin(authority), target };
}

/** What has been parsed already: programs talk to few origins, and to each of them often. */
const known = new Map<string, Origin>();
const MOST_KNOWN = 1_000;

function parseOrigin(text: string): Origin {
  let origin = known.get(text);
  if (origin === undefined) {
    origin = parseNewOrigin(text);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, origin);
  }
  return origin;
}

function parseNewOrigin(text: string): Origin {
  // RFC 9110 §4.2.4: userinfo in a URI is a way to pass one host off as another.
  if (text.includes('@')) throw new UrlError('a URI must not hold a user name or password');
  if (!isAuthority(text)) throw new UrlError(`${JSON.stringify(text)} is not a host`);
  const [, host, digits] = /^(.*?)(?::(\d*))?$/.exec(text.toLowerCase()) as unknown as [
    string,
    string,
    string?,
  ];
  const port = digits === undefined || digits === '' ? DEFAULT_PORT : Number(digits);
  if (port > 65_535) throw new UrlError(`${digits ?? ''} is not a port`);
  return {
    authority: port === DEFAULT_PORT ? host : `${host}:${String(port)}`,
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    port,
  };
}
