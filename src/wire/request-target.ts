import { HostError, HostRequiredError, RequestTargetError } from '../message/errors.ts';
import type { HttpVersion } from '../message/notifications.ts';
import type { ControlFields } from './control-fields.ts';
import type { LocateField } from './framing.ts';
import { isTargetText } from './grammar.ts';

/**
 * `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2): a name, an IPv4 address or one in brackets. No userinfo; no
 * comma, though RFC 3986 allows one in a name, because a list of hosts must not pass for a host.
 */
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+)(?::[0-9]{0,5})?$/;

/** A scheme and what stands between `//` and the path or query. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?]*)/;

export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text);
}

/**
 * Checks the request target (RFC 9112 §3.2) and the Host field, and tells the authority that is asked for: that of an
 * absolute target, whatever Host says (§3.2.2), else that of Host. Only HTTP/1.0 may do without.
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
  return targetAuthority(method, target) ?? host;
}

/** The authority in a target, if it has one; an error when it is in no form that goes with its method. */
function targetAuthority(method: string, target: string): string | undefined {
  // The target starts behind the method and one space.
  const where = { offset: method.length + 1, excerpt: target.slice(0, 64) };
  if (!isTargetText(target)) throw new RequestTargetError('it has an octet that no target has', where);
  if (method === 'CONNECT') {
    if (!isAuthority(target) || !/:[0-9]+$/.test(target)) {
      throw new RequestTargetError('CONNECT takes a host and a port', where);
    }
    return target;
  }
  if (target.startsWith('/')) return undefined;
  if (target === '*') {
    if (method === 'OPTIONS') return undefined;
    throw new RequestTargetError('* is for OPTIONS only', where);
  }
  const authority = ABSOLUTE.exec(target)?.[1];
  if (authority === undefined || !isAuthority(authority)) {
    throw new RequestTargetError('neither a path nor an absolute URI with a host', where);
  }
  return authority;
}
