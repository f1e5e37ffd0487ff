import { isIP } from 'node:net';
import { from } from 'rxjs';
import type { HttpServerRequest } from '../message/exchange.ts';
import { trimWhitespace } from '../message/headers.ts';
import { checkSettings, given, type Check } from '../message/settings.ts';
import { parseForwarded, parseNode, type ForwardedNode } from './forwarded.ts';
import { isAuthority } from '../wire/request-target.ts';
import { errorResponse } from './error-response.ts';
import type { Handler } from './http-server.ts';
import { checkPeers, peersOf } from './peers.ts';

/** Whom to believe, and what. */
export interface TrustForwardedOptions {
  /** The addresses and networks (`10.0.0.0/8`, `fd00::/8`) of the proxies that are believed. */
  readonly from: readonly string[];
  /**
   * The fields that the proxies write: `Forwarded` (RFC 7239), or `X-Forwarded-For`, `-Proto` and `-Host`. The others are not
   * looked at, as a client may write those that a proxy does not.
   */
  readonly by: 'forwarded' | 'x-forwarded';
}

/** What a proxy says of a request that it has received. */
interface Hop {
  readonly node: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
}

const isName: Check = (value) =>
  value === 'forwarded' || value === 'x-forwarded' ? undefined : "'forwarded' or 'x-forwarded'";

/**
 * Gives a handler the requests as the nearest of our proxies has received them from somebody else: `connection` has the
 * address of the client, `authority` and `scheme` are those that it asked for.
 *
 * Each proxy adds what it has seen to what it has been told, so the fields are read from their end, and only as long as
 * whoever speaks is trusted: what a client writes stands before that, and nobody looks at it. What cannot be read where it
 * has to be is answered with 400: a guess would let one client be another. A proxy that is trusted must write all of these
 * fields itself, or remove what a client has written.
 *
 * @throws TypeError that names an option with a wrong value
 *
 * @example
 * ```ts
 * const trusting = trustForwarded({ from: ['10.0.0.0/8'], by: 'x-forwarded' });
 * server.serve(trusting(({ connection, scheme }) => respond(200, textBody(`${scheme} from ${connection.remoteAddress}`))));
 * ```
 */
export function trustForwarded(options: TrustForwardedOptions): (handler: Handler) => Handler {
  const { from: trusted = null, by } = given(options, 'trustForwarded');
  checkSettings({ ...options, from: trusted, by }, { from: checkPeers, by: isName }, 'trustForwarded');
  const isTrusted = peersOf(options.from);
  const hopsOf = options.by === 'forwarded' ? forwarded : xForwarded;
  return (handler) => (request) => {
    if (!isTrusted(request.connection.remoteAddress)) return handler(request);
    const received = receivedBy(hopsOf(request), request, isTrusted);
    return received === undefined ? from(errorResponse(400)) : handler(received);
  };
}

/** The request as the outermost proxy that is trusted has received it; undefined if it cannot be told. */
function receivedBy(
  hops: readonly Hop[] | undefined,
  request: HttpServerRequest,
  isTrusted: (address: string | undefined) => boolean,
): HttpServerRequest | undefined {
  let { connection, scheme, authority } = request;
  if (hops === undefined) return undefined;
  for (let nth = hops.length - 1; nth >= 0 && isTrusted(connection.remoteAddress); nth--) {
    const hop = hops[nth];
    if (hop.scheme !== undefined) {
      const given = hop.scheme.toLowerCase();
      if (given !== 'http' && given !== 'https') return undefined;
      scheme = given;
    }
    if (hop.authority !== undefined) {
      if (!isAuthority(hop.authority)) return undefined;
      ({ authority } = hop);
    }
    // Who does not say for whom does not say whether to believe those before him.
    if (hop.node === undefined) break;
    const node = nodeOf(hop.node);
    if (node === undefined) return undefined;
    connection = { ...connection, remoteAddress: node.address, remotePort: node.port };
  }
  return { ...request, connection, scheme, authority };
}

/** An address with or without its brackets; one that is hidden is undefined, one that is none makes the whole so. */
function nodeOf(text: string): ForwardedNode | undefined {
  if (ADDRESS.test(text) && isIP(text) !== 0) return { address: text, port: undefined };
  const node = parseNode(text);
  const isAddress = node?.address === undefined || isIP(node.address) !== 0;
  return isAddress && (node?.port ?? 0) <= 65_535 ? node : undefined;
}

/** A zone belongs to one machine, and means another interface on the next. */
const ADDRESS = /^[0-9A-Fa-f.:]+$/;

function linesOf({ headers }: HttpServerRequest, name: string): string[] {
  return headers.flatMap(([given, value]) => (given.toLowerCase() === name ? [trimWhitespace(value)] : []));
}

function forwarded(request: HttpServerRequest): readonly Hop[] | undefined {
  const hops: Hop[] = [];
  for (const line of linesOf(request, 'forwarded')) {
    const elements = parseForwarded(line);
    if (elements === undefined) return undefined;
    for (const element of elements) {
      hops.push({ node: element.get('for'), scheme: element.get('proto'), authority: element.get('host') });
    }
  }
  return hops;
}

/** Of schemes and hosts there is one for each address, or one for all of them: that which the nearest proxy has written. */
function xForwarded(request: HttpServerRequest): readonly Hop[] | undefined {
  const listOf = (name: string): string[] =>
    linesOf(request, name).flatMap((line) => line.split(',').map(trimWhitespace));
  const nodes = listOf('x-forwarded-for');
  const [schemes, authorities] = [listOf('x-forwarded-proto'), listOf('x-forwarded-host')];
  const isFitting = ({ length }: readonly string[]): boolean => length <= 1 || length === nodes.length;
  if (!isFitting(schemes) || !isFitting(authorities)) return undefined;
  const of = (list: readonly string[], nth: number): string | undefined =>
    list.at(list.length === 1 ? 0 : nth);
  // Who secures connections may say no more than that they were.
  if (nodes.length === 0) return [{ node: undefined, scheme: schemes.at(0), authority: authorities.at(0) }];
  return nodes.map((node, nth) => ({ node, scheme: of(schemes, nth), authority: of(authorities, nth) }));
}
