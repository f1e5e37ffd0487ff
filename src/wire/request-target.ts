import { HostError, HostRequiredError } from '../message/errors.ts';
import type { HttpVersion } from '../message/notifications.ts';
import type { ControlFields } from './control-fields.ts';
import type { LocateField } from './framing.ts';
import { isTargetText } from './grammar.ts';

/**
 * `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2): a name, an IPv4 address or one in brackets. No userinfo; no
 * comma, though RFC 3986 allows one in a name, because a list of hosts must not pass for a host.
 */
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+)(|:[0-9]{0,5})$/;

/** A port has 16 bits: who keeps only those of a larger number connects to 80 for 65616, past a filter that reads it whole. */
const MAX_PORT = 65_535;

/** A scheme and what stands between `//` and the path or query. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?]*)/;

/** What was one the last time: the requests to a server name the same host, one after the other. */
let known: string | undefined;

export function isAuthority(text: string): boolean {
  if (text === known) return true;
  const parts = AUTHORITY.exec(text);
  if (parts === null || Number(parts[1].slice(1)) > MAX_PORT) return false;
  known = text;
  return true;
}

/** What is wrong with a request target, which has one of four forms (RFC 9112 §3.2), or undefined when nothing is. */
export function targetFault(method: string, target: string): string | undefined {
  if (!isTargetText(target)) return 'it is empty or has an octet that no target has';
  if (method === 'CONNECT') {
    // RFC 9110 §9.3.6: an empty or invalid port must be refused, and nothing listens on 0.
    return isAuthority(target) && /:0*[1-9][0-9]*$/.test(target)
      ? undefined
      : 'CONNECT takes a host and a port';
  }
  if (target.startsWith('/')) return undefined;
  if (target === '*') return method === 'OPTIONS' ? undefined : '* is for OPTIONS only';
  const authority = ABSOLUTE.exec(target)?.[1] ?? '';
  return isAuthority(authority) ? undefined : 'neither a path nor an absolute URI with a host';
}

/**
 * Checks the Host field (RFC 9112 §3.2) and tells the authority that is asked for: that of an absolute target or of
 * CONNECT, whatever Host says (§3.2.2), else that of Host. Only HTTP/1.0 may do without.
 */
export function requestAuthority(
  method: string,
  target: string,
  version: HttpVersion,
  fields: ControlFields,
  locateField: LocateField,
): string | undefined {
  const { host } = fields;
  if (host === undefined && version === '1.1') throw new HostRequiredError('', locateField('host'));
  if (host !== undefined && !isAuthority(host)) {
    throw new HostError(JSON.stringify(host.slice(0, 64)), locateField('host'));
  }
  if (method === 'CONNECT') return target;
  return target.startsWith('/') ? host : (ABSOLUTE.exec(target)?.[1] ?? host);
}
