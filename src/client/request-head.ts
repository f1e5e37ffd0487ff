import { isObservable } from 'rxjs';
import { UnwritableError } from '../message/errors.ts';
import type { HttpRequest } from '../message/exchange.ts';
import { controlFields } from '../wire/control-fields.ts';
import { sentRequestFraming, type Framing } from '../wire/framing.ts';
import { formatHead } from '../wire/message-writer.ts';
import { formatRequestLine } from '../wire/start-line.ts';
import { parseUri, type Origin } from './origin.ts';

/** A head as latin1, its empty line included, and how the content behind it goes. */
export interface RequestHead {
  readonly head: string;
  readonly content: Framing | undefined;
}

/** A request that can be sent: it has been checked, and its head is ready. */
export interface SendableRequest {
  readonly request: HttpRequest;
  readonly origin: Origin;
  /** Whether the body waits until the server asks for it (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean;
  /** The head of a request with a body, if it has one. */
  readonly usual: RequestHead;
  /** The head for a body that turns out to be none. */
  empty(): RequestHead;
}

/**
 * Checks a request and prepares its head: Host first and as the URI has it (RFC 9112 §3.2), fields for one hop only left
 * out (RFC 9110 §7.6.1), framed by the caller's Content-Length, else chunked.
 *
 * @throws UrlError, UnwritableError
 */
export function sendableRequest(request: HttpRequest): SendableRequest {
  if (typeof request !== 'object' || (request as unknown) === null || !Array.isArray(request.headers)) {
    throw new TypeError('a request is an object with a method, a uri and a list of headers');
  }
  const { method, uri, headers, body } = request;
  if (body !== undefined && !isObservable(body)) {
    throw new TypeError('the body of a request is an Observable');
  }
  // RFC 9110 §9.3.6: it makes a tunnel, and has a target of another form.
  if (method === 'CONNECT') throw new UnwritableError('CONNECT is no exchange');
  const { origin, target } = parseUri(uri, method);
  const fields = controlFields(headers);
  const startLine = formatRequestLine(method, target);
  const before = `Host: ${origin.authority}\r\n`;
  const make = (hasContent: boolean): RequestHead => {
    const { declared, content } = sentRequestFraming(method, fields, hasContent);
    return { head: formatHead({ startLine, before, headers, fields, declared, ownsHost: true }), content };
  };
  const usual = make(body !== undefined);
  const expectsContinue = body !== undefined && fields.expect?.toLowerCase() === '100-continue';
  return { request, origin, expectsContinue, usual, empty: () => (body === undefined ? usual : make(false)) };
}
