import { isObservable } from 'rxjs';
import { UnwritableError } from '../message/errors.ts';
import type { HttpRequest } from '../message/exchange.ts';
import { controlFields, upgradeProtocols, type ControlFields } from '../wire/control-fields.ts';
import { formatField } from '../wire/field-section.ts';
import { sentRequestFraming, type Framing } from '../wire/framing.ts';
import { formatHead } from '../wire/message-writer.ts';
import { formatRequestLine } from '../wire/start-line.ts';
import { BodyMemory } from './body-memory.ts';
import { parseUri, type Origin } from './origin.ts';

/** A head as latin1, its empty line included, and how the content behind it goes. */
export interface RequestHead {
  readonly head: string;
  readonly content: Framing | undefined;
}

/** What of the head is not the caller's. */
interface Form {
  readonly offered: readonly string[];
  /** Field lines for a proxy that reads the request; undefined where none does. */
  readonly forProxy?: string;
}

const NO_OFFER: readonly string[] = [];

/** A request that can be sent: it has been checked, and its head is ready. */
export class SendableRequest {
  readonly request: HttpRequest;
  readonly origin: Origin;
  /** The protocols that it offers to speak instead of HTTP. */
  readonly offered: readonly string[];
  /** Whether the body waits until the server asks for it (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean;
  /** The head of a request with a body, if it has one. */
  readonly usual: RequestHead;

  private readonly target: string;
  private readonly fields: ControlFields;
  /** Field lines for a proxy that reads the request; undefined where none does. */
  private readonly forProxy: string | undefined;
  private remembered: BodyMemory | undefined = undefined;

  /** @throws UrlError, UnwritableError */
  constructor(request: HttpRequest, { offered, forProxy }: Form) {
    const { method, uri, headers, body } = request;
    const { origin, target } = parseUri(uri, method);
    this.request = request;
    this.origin = origin;
    this.target = target;
    this.offered = offered;
    this.forProxy = forProxy;
    this.fields = controlFields(headers);
    this.usual = this.head(body !== undefined);
    this.expectsContinue = body !== undefined && this.fields.expect?.toLowerCase() === '100-continue';
  }

  /** What is known of the body, which each attempt produces anew. */
  get memory(): BodyMemory {
    return (this.remembered ??= new BodyMemory());
  }

  /** The head for a body that turns out to be none. */
  empty(): RequestHead {
    return this.request.body === undefined ? this.usual : this.head(false);
  }

  /**
   * The same, as a forward proxy reads it: in absolute-form (RFC 9112 §3.2.2).
   *
   * @param fields - the field lines that are for the proxy
   */
  through(fields: string): SendableRequest {
    return new SendableRequest(this.request, { offered: this.offered, forProxy: fields });
  }

  private head(hasContent: boolean): RequestHead {
    const { request, origin, target, offered, forProxy, fields } = this;
    const { method, headers } = request;
    const { declared, content } = sentRequestFraming(method, fields, hasContent);
    const isTunnel = method === 'CONNECT';
    const isForProxy = forProxy !== undefined && !isTunnel;
    const head = formatHead({
      startLine: formatRequestLine(method, isForProxy ? absoluteForm(origin, target) : target),
      before: `Host: ${isTunnel ? target : origin.authority}\r\n${forProxy ?? ''}`,
      headers,
      fields,
      declared,
      behind: offered.length === 0 ? '' : upgradeFields(offered),
      ownsHost: true,
    });
    return { head, content };
  }
}

function upgradeFields(offered: readonly string[]): string {
  return `Connection: upgrade\r\n${formatField('Upgrade', offered.join(', '))}`;
}

/**
 * Checks a request and prepares its head: Host first and as the URI has it (RFC 9112 §3.2), fields for one hop only left
 * out (RFC 9110 §7.6.1), framed by the caller's Content-Length, else chunked.
 *
 * @throws UrlError, UnwritableError
 */
export function sendableRequest(request: HttpRequest): SendableRequest {
  check(request);
  // RFC 9110 §9.3.6: it makes a tunnel, and has a target of another form.
  if (request.method === 'CONNECT') throw new UnwritableError('CONNECT is no exchange: see upgrade()');
  return new SendableRequest(request, { offered: NO_OFFER });
}

/**
 * The same for a request that offers to speak another protocol on its connection: by its Upgrade field (RFC 9110 §7.8), or
 * by CONNECT, whose URI has the host and port that the tunnel shall lead to (§9.3.6).
 *
 * @throws UrlError, UnwritableError
 */
export function upgradeRequest(request: HttpRequest): SendableRequest {
  check(request);
  if (request.method === 'CONNECT') {
    if (request.body !== undefined) throw new UnwritableError('CONNECT has no content');
    return new SendableRequest(request, { offered: NO_OFFER });
  }
  const offered = upgradeProtocols(controlFields(request.headers).upgrade ?? '');
  if (offered.length === 0) throw new UnwritableError('an upgrade to no protocol: it needs an Upgrade field');
  return new SendableRequest(request, { offered });
}

function check(request: HttpRequest): void {
  if (typeof request !== 'object' || (request as unknown) === null || !Array.isArray(request.headers)) {
    throw new TypeError('a request is an object with a method, a uri and a list of headers');
  }
  if (request.body !== undefined && !isObservable(request.body)) {
    throw new TypeError('the body of a request is an Observable');
  }
}

/** RFC 9112 §3.2.4: what is about the server as a whole has no path at all. */
function absoluteForm({ serialized }: Origin, target: string): string {
  return target === '*' ? serialized : serialized + target;
}
