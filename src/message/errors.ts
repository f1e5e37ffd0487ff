/**
 * Everything that can go wrong in an exchange, as a family of classes.
 *
 * ```
 * HttpError                          code                      serverStatus
 * ├─ MessageError                    what arrived is not HTTP/1.1 as RFC 9112 has it
 * │  ├─ StartLineError               START_LINE                400
 * │  ├─ StartLineTooLargeError       START_LINE_TOO_LARGE      414
 * │  ├─ HttpVersionError             HTTP_VERSION              505
 * │  ├─ RequestTargetError           REQUEST_TARGET            400
 * │  ├─ HostRequiredError            HOST_REQUIRED             400
 * │  ├─ HostError                    HOST                      400
 * │  ├─ LineEndError                 LINE_END                  400
 * │  ├─ TopLineSpaceError            TOP_LINE_SPACE            400
 * │  ├─ HeaderSpaceError             HEADER_SPACE              400
 * │  ├─ FieldNameError               FIELD_NAME                400
 * │  ├─ FieldLineError               FIELD_LINE                400
 * │  ├─ FieldValueError              FIELD_VALUE               400
 * │  ├─ ObsoleteFoldError            OBSOLETE_FOLD             400
 * │  ├─ FieldSectionTooLargeError    FIELD_SECTION_TOO_LARGE   431
 * │  ├─ TooManyFieldsError           TOO_MANY_FIELDS           431
 * │  ├─ DuplicateCLError             DUPLICATE_CL              400
 * │  ├─ MalformedCLError             MALFORMED_CL              400
 * │  ├─ TransferEncodingError        TRANSFER_ENCODING         400
 * │  ├─ TransferCodeError            TRANSFER_CODE             501
 * │  ├─ ChunkError                   CHUNK                     400
 * │  ├─ ExpectationError             EXPECTATION               417
 * │  ├─ TooManyNonfinalsError        TOO_MANY_NONFINALS
 * │  ├─ SwitchError                  SWITCH
 * │  ├─ ExtraDataError               EXTRA_DATA
 * │  └─ IncompleteMessageError       INCOMPLETE_MESSAGE        400
 * ├─ UrlError                        URL
 * ├─ DnsError                        DNS                       502
 * ├─ AccessError                     ACCESS                    403
 * ├─ ConnectError                    CONNECT                   502
 * │  └─ ConnectionResetError         CONNECTION_RESET          502
 * ├─ TlsError                        TLS                       502
 * │  ├─ CertificateHostError         CERTIFICATE_HOST          502
 * │  ├─ CertificateExpiredError      CERTIFICATE_EXPIRED       502
 * │  ├─ CertificateUntrustedError    CERTIFICATE_UNTRUSTED     502
 * │  ├─ CertificateRequiredError     CERTIFICATE_REQUIRED      502
 * │  └─ AlpnError                    ALPN                      502
 * ├─ ProxyError                      PROXY                     502
 * ├─ ListenError                     LISTEN
 * ├─ ProxyHeaderError                PROXY_HEADER
 * ├─ PhaseTimeoutError               one for each phase of an exchange
 * │  ├─ AcquireTimeoutError          ACQUIRE_TIMEOUT           503
 * │  ├─ ConnectTimeoutError          CONNECT_TIMEOUT           504
 * │  ├─ HeadersTimeoutError          HEADERS_TIMEOUT           504
 * │  ├─ ReadTimeoutError             READ_TIMEOUT              504
 * │  ├─ DeadlineError                DEADLINE                  504
 * │  ├─ RequestTimeoutError          REQUEST_TIMEOUT           408
 * │  ├─ HandlerTimeoutError          HANDLER_TIMEOUT           503
 * │  └─ WriteTimeoutError            WRITE_TIMEOUT
 * ├─ PoolFullError                   POOL_FULL                 503
 * ├─ ClientClosedError               CLIENT_CLOSED             503
 * ├─ BodyLengthError                 BODY_LENGTH               500
 * ├─ BodyIncompleteError             BODY_INCOMPLETE           500
 * ├─ BodyNotRepeatableError          BODY_NOT_REPEATABLE       500
 * ├─ BufferFullError                 BUFFER_FULL               500
 * ├─ HandlerError                    HANDLER                   500
 * ├─ StatusError                     STATUS                    502
 * ├─ ContentTooLargeError            CONTENT_TOO_LARGE         413
 * └─ ContentError                    CONTENT                   400
 *
 * TypeError
 * └─ UnwritableError                 UNWRITABLE                      wrong use: it would not be HTTP
 * ```
 *
 * `serverStatus` is what a server answers when the error is about the request it reads. Names and texts follow
 * Thor, the Python library that this one is modelled on, where it has them.
 *
 * @packageDocumentation
 */
import type { ExchangeFacts } from './exchange-facts.ts';
import type { HttpResponse } from './http-response.ts';

/** What an error is made of besides its class. */
export interface HttpErrorInit {
  readonly cause?: unknown;
  /** Octets since the start of the message, up to the offending one. */
  readonly offset?: number | undefined;
  /** The octets from there on, 64 at most, as latin1. */
  readonly excerpt?: string | undefined;
  /** Whether a client with `careful: false` may go on reading after it. */
  readonly recoverable?: boolean;
  /** What a server answers this time, where it is not what it answers for all errors of the class. */
  readonly serverStatus?: number | undefined;
}

/** What a class of errors is, once for all its instances. */
interface ErrorClass {
  readonly title: string;
  readonly desc: string;
  readonly serverStatus?: number;
}

/**
 * The class names of an error, its own first. Two copies of this library in one process have two classes of each name:
 * a symbol from the global registry lets `instanceof` see that they mean the same.
 */
const LINEAGE = Symbol.for('rxchange.lineage');

type Constructor = abstract new (...args: never[]) => object;
type Branded = Partial<Record<typeof LINEAGE, readonly string[]>>;

function isInstance(constructor: Constructor, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  // A subclass made elsewhere has no name in the family: for it, the prototype chain decides as ever.
  if (!Object.hasOwn(constructor, 'about')) {
    return Object.prototype.isPrototypeOf.call(constructor.prototype as object, value);
  }
  const { title } = (constructor as unknown as { about: ErrorClass }).about;
  return (value as Branded)[LINEAGE]?.includes(title) ?? false;
}

function lineageOf(constructor: unknown): string[] {
  const titles: string[] = [];
  for (
    let at = constructor as { about?: ErrorClass } | null;
    at?.about !== undefined;
    at = Object.getPrototypeOf(at) as typeof at
  ) {
    if (Object.hasOwn(at, 'about')) titles.push(at.about.title);
  }
  return titles;
}

/** `DuplicateCLError` has the code `DUPLICATE_CL`. */
function codeOf(title: string): string {
  return title
    .replace(/Error$/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase();
}

/** The root of the family: `catchError((error) => error instanceof HttpError ? … : …)`. */
export abstract class HttpError extends Error {
  /** @internal */
  protected static readonly about: ErrorClass = { title: 'HttpError', desc: 'Unknown error' };

  /** Stable and upper-case, one a class: what programs compare. */
  readonly code: string;
  /** What the class of errors is, for people. */
  readonly desc: string;
  /** What it was this time. */
  readonly detail: string;
  /** The status with which a server answers the request that it is about. */
  readonly serverStatus: number | undefined;
  /** Whether a client with `careful: false` goes on reading and reports this one as a `response_anomaly`. */
  readonly clientRecoverable: boolean;
  /** Octets since the start of the message, up to the offending one. */
  readonly offset: number | undefined;
  /** The octets from there on, 64 at most, as latin1. */
  readonly excerpt: string | undefined;
  /** The exchange that it ended, once a client has reported it. */
  readonly exchange: ExchangeFacts | undefined = undefined;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }

  constructor(detail = '', init: HttpErrorInit = {}) {
    const about = (new.target as unknown as { about: ErrorClass }).about;
    const where = init.offset === undefined ? '' : ` at offset ${String(init.offset)}`;
    const seen = init.excerpt === undefined ? '' : `, before ${JSON.stringify(init.excerpt)}`;
    const full = `${detail}${where}${seen}`;
    super(
      full === '' ? about.desc : `${about.desc}: ${full}`,
      'cause' in init ? { cause: init.cause } : undefined,
    );
    this.name = about.title;
    this.code = codeOf(about.title);
    this.desc = about.desc;
    this.detail = full;
    this.serverStatus = init.serverStatus ?? about.serverStatus;
    this.clientRecoverable = init.recoverable ?? false;
    this.offset = init.offset;
    this.excerpt = init.excerpt;
  }

  /** @internal */
  get [LINEAGE](): readonly string[] {
    return lineageOf(this.constructor);
  }
}

/** What arrived is not a message as RFC 9112 has it: see the subclasses for the rule that it breaks. */
export abstract class MessageError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = { title: 'MessageError', desc: 'Not HTTP/1.1' };
}

/** The request line or status line is not of its form (RFC 9112 §3, §4). */
export class StartLineError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'StartLineError',
    desc: 'Malformed start line',
    serverStatus: 400,
  };
}

/** The request line or status line is longer than the limit (RFC 9112 §3). */
export class StartLineTooLargeError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'StartLineTooLargeError',
    desc: 'Start line too long',
    serverStatus: 414,
  };
}

/** The version is not `HTTP/1.x` in exactly this form (RFC 9112 §2.3). */
export class HttpVersionError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'HttpVersionError',
    desc: 'Unrecognised HTTP version',
    serverStatus: 505,
  };
}

/** The request target is in none of the four forms, or not in one that its method allows (RFC 9112 §3.2). */
export class RequestTargetError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'RequestTargetError',
    desc: 'Malformed request target',
    serverStatus: 400,
  };
}

/** An HTTP/1.1 request came without a Host field (RFC 9112 §3.2). */
export class HostRequiredError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'HostRequiredError',
    desc: 'Host header required',
    serverStatus: 400,
  };
}

/** The Host field is repeated or is no host with an optional port (RFC 9112 §3.2). */
export class HostError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'HostError',
    desc: 'Invalid Host header',
    serverStatus: 400,
  };
}

/**
 * A CR without its LF, or an LF without its CR (RFC 9112 §2.2): the two have ended lines for one parser and not for
 * the next.
 */
export class LineEndError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'LineEndError',
    desc: 'Line end is not CRLF',
    serverStatus: 400,
  };
}

/** The first field line starts with whitespace (RFC 9112 §2.2): it could hide a field from the next reader. */
export class TopLineSpaceError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'TopLineSpaceError',
    desc: 'Whitespace after top line, before first header',
    serverStatus: 400,
  };
}

/** Whitespace stands between a field name and its colon (RFC 9112 §5.1). */
export class HeaderSpaceError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'HeaderSpaceError',
    desc: 'Whitespace at the end of a header field-name',
    serverStatus: 400,
  };
}

/** A field name is empty or holds an octet that no token has (RFC 9110 §5.1). */
export class FieldNameError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'FieldNameError',
    desc: 'Malformed header field-name',
    serverStatus: 400,
  };
}

/** A field line has no colon (RFC 9112 §5). */
export class FieldLineError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'FieldLineError',
    desc: 'Header line without a colon',
    serverStatus: 400,
  };
}

/** A field value holds NUL or another control character than HTAB (RFC 9110 §5.5). */
export class FieldValueError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'FieldValueError',
    desc: 'Control character in a header field-value',
    serverStatus: 400,
  };
}

/** A field value goes on in the next line of a request (RFC 9112 §5.2). */
export class ObsoleteFoldError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ObsoleteFoldError',
    desc: 'Header folded over several lines',
    serverStatus: 400,
  };
}

/** A header or trailer section is longer than the limit (RFC 6585 §5). */
export class FieldSectionTooLargeError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'FieldSectionTooLargeError',
    desc: 'Header section too large',
    serverStatus: 431,
  };
}

/** A header or trailer section has more field lines than the limit (RFC 6585 §5). */
export class TooManyFieldsError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'TooManyFieldsError',
    desc: 'Too many header fields',
    serverStatus: 431,
  };
}

/** Content-Length is given several times with different values (RFC 9112 §6.3). */
export class DuplicateCLError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'DuplicateCLError',
    desc: 'Duplicate Content-Length header',
    serverStatus: 400,
  };
}

/** Content-Length is not `1*DIGIT`, or larger than 2^53 − 1 (RFC 9110 §8.6). */
export class MalformedCLError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'MalformedCLError',
    desc: 'Malformed Content-Length header',
    serverStatus: 400,
  };
}

/**
 * Transfer-Encoding leaves the end of the message in doubt: `chunked` is not the last coding or stands there twice,
 * Content-Length is beside it, or the message is HTTP/1.0 (RFC 9112 §6.1, §6.3).
 */
export class TransferEncodingError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'TransferEncodingError',
    desc: 'Faulty Transfer-Encoding',
    serverStatus: 400,
  };
}

/** Transfer-Encoding names a coding other than `chunked` (RFC 9112 §6.1). */
export class TransferCodeError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'TransferCodeError',
    desc: 'Unknown transfer coding',
    serverStatus: 501,
  };
}

/**
 * A chunk-size line, its extensions or the CRLF behind the data are not of their form, or too long (RFC 9112 §7.1).
 */
export class ChunkError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ChunkError',
    desc: 'Chunked encoding error',
    serverStatus: 400,
  };
}

/** The request expects something other than `100-continue` (RFC 9110 §10.1.1). */
export class ExpectationError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ExpectationError',
    desc: 'Expectation failed',
    serverStatus: 417,
  };
}

/** More 1xx responses than the limit came before a final one (RFC 9110 §15.2). */
export class TooManyNonfinalsError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'TooManyNonfinalsError',
    desc: 'Too many interim responses',
  };
}

/** A 101 (Switching Protocols) came in answer to a request that offered no upgrade (RFC 9110 §15.2.2). */
export class SwitchError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'SwitchError',
    desc: 'Protocol switch that was not asked for',
  };
}

/**
 * Octets came behind a complete response: they are nobody's answer (RFC 9112 §9.3), so the connection is not used
 * again.
 */
export class ExtraDataError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ExtraDataError',
    desc: 'Extra data behind the message',
  };
}

/** The connection ended before the message did (RFC 9112 §8). */
export class IncompleteMessageError extends MessageError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'IncompleteMessageError',
    desc: 'Connection closed within a message',
    serverStatus: 400,
  };
}

/** The URI of a request is not absolute, not `http`, or holds characters that a URI cannot. */
export class UrlError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'UrlError',
    desc: 'Unsupported or invalid URI',
  };
}

/** The name of the host could not be resolved; `cause` is the resolver's error. */
export class DnsError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'DnsError',
    desc: 'Host name not found',
    serverStatus: 502,
  };
}

/** `checkAddress` allows none of the addresses that were to be connected to. */
export class AccessError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'AccessError',
    desc: 'Address not allowed',
    serverStatus: 403,
  };
}

/** No connection could be made, or it broke; `cause` is the system's error where there is one. */
export class ConnectError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ConnectError',
    desc: 'Connection failed',
    serverStatus: 502,
  };
}

/** The connection broke while it was in use: what was sent may or may not have been processed. */
export class ConnectionResetError extends ConnectError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ConnectionResetError',
    desc: 'Connection reset',
    serverStatus: 502,
  };
}

/**
 * The connection cannot be made secure; `cause` is what TLS says. The next attempt would meet the same peer, so that it is
 * not retried: a peer that breaks off in the middle of the handshake is a ConnectError instead.
 */
export class TlsError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'TlsError',
    desc: 'TLS failed',
    serverStatus: 502,
  };
}

/** The peer's certificate is for other hosts than the one that was asked for (RFC 9110 §4.3.4). */
export class CertificateHostError extends TlsError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'CertificateHostError',
    desc: 'Certificate is for another host',
    serverStatus: 502,
  };
}

/** The peer's certificate, or one of those it rests on, is out of its time: not any more, or not yet. */
export class CertificateExpiredError extends TlsError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'CertificateExpiredError',
    desc: 'Certificate is out of its time',
    serverStatus: 502,
  };
}

/** The peer's certificate rests on none that is trusted: it is self-signed, of an unknown issuer, revoked, or forged. */
export class CertificateUntrustedError extends TlsError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'CertificateUntrustedError',
    desc: 'Certificate is not trusted',
    serverStatus: 502,
  };
}

/** The peer asks for a certificate of ours, and got none or takes another. */
export class CertificateRequiredError extends TlsError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'CertificateRequiredError',
    desc: 'Peer wants another certificate',
    serverStatus: 502,
  };
}

/** The peer does not speak HTTP/1.1 over TLS (RFC 7301 §3.2). */
export class AlpnError extends TlsError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'AlpnError',
    desc: 'No protocol in common',
    serverStatus: 502,
  };
}

/** A proxy answered the request for a tunnel with another status than 2xx (RFC 9110 §9.3.6). */
export class ProxyError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ProxyError',
    desc: 'No tunnel through the proxy',
    serverStatus: 502,
  };

  /** Of the proxy's answer: 407 wants other credentials, 502 and 504 tell that it cannot reach the host. */
  readonly status: number;

  constructor(status: number) {
    super(`its answer is ${String(status)}`);
    this.status = status;
  }
}

/** The phases of an exchange that have a timeout of their own. */
export type Phase = 'acquire' | 'connect' | 'headers' | 'read' | 'deadline' | 'request' | 'handler' | 'write';

/** A phase of an exchange took too long. */
export abstract class PhaseTimeoutError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = { title: 'PhaseTimeoutError', desc: 'Timeout' };

  abstract readonly phase: Phase;
  /** ms that the phase was given. */
  readonly timeout: number;

  constructor(timeout: number, detail?: string) {
    super(detail === undefined ? `${String(timeout)} ms` : `${String(timeout)} ms, ${detail}`);
    this.timeout = timeout;
  }
}

/** The exchange waited longer than `acquireTimeout` for its turn: the limits on connections are reached. */
export class AcquireTimeoutError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'AcquireTimeoutError',
    desc: 'No connection was free in time',
    serverStatus: 503,
  };

  override readonly phase = 'acquire';
}

/** A connection was not made within `connectTimeout`; `detail` says how far it came. */
export class ConnectTimeoutError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ConnectTimeoutError',
    desc: 'Connect Timeout',
    serverStatus: 504,
  };

  override readonly phase = 'connect';
}

/** The final head did not come within `headersTimeout` of the last of the request. */
export class HeadersTimeoutError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'HeadersTimeoutError',
    desc: 'Headers Timeout',
    serverStatus: 504,
  };

  override readonly phase = 'headers';
}

/** The connection was silent for longer than `readTimeout`. */
export class ReadTimeoutError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ReadTimeoutError',
    desc: 'Read Timeout',
    serverStatus: 504,
  };

  override readonly phase = 'read';
}

/** The exchange, with all its attempts, took longer than `deadline`. */
export class DeadlineError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'DeadlineError',
    desc: 'Deadline exceeded',
    serverStatus: 504,
  };

  override readonly phase = 'deadline';
}

/** A client took too long over its request; `detail` says over which part. */
export class RequestTimeoutError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'RequestTimeoutError',
    desc: 'Request Timeout',
    serverStatus: 408,
  };

  override readonly phase = 'request';
}

/** A handler did not begin its response within `handlerTimeout`, or took nothing of its content for `readTimeout`. */
export class HandlerTimeoutError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'HandlerTimeoutError',
    desc: 'Handler Timeout',
    serverStatus: 503,
  };

  override readonly phase = 'handler';
}

/** A client took nothing of a response for longer than `writeTimeout`. */
export class WriteTimeoutError extends PhaseTimeoutError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'WriteTimeoutError',
    desc: 'Write Timeout',
  };

  override readonly phase = 'write';
}

/** More exchanges than `maxPending` wait for a connection. */
export class PoolFullError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'PoolFullError',
    desc: 'Too many exchanges are waiting',
    serverStatus: 503,
  };
}

/** The client was closed before the exchange began. */
export class ClientClosedError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ClientClosedError',
    desc: 'Client closed',
    serverStatus: 503,
  };
}

/** A server could not listen on its address; `cause` is the system's error. */
export class ListenError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = { title: 'ListenError', desc: 'Cannot listen' };
}

/** A connection does not begin with the header of the PROXY protocol, where it has to. It is closed, and nobody answered. */
export class ProxyHeaderError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ProxyHeaderError',
    desc: 'Not a header of the PROXY protocol',
  };
}

/** The sender's own body has more or fewer octets than its Content-Length says (RFC 9110 §8.6). */
export class BodyLengthError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'BodyLengthError',
    desc: 'Body does not have the declared length',
    serverStatus: 500,
  };
}

/** The sender's own body completed without its `done` notification, so it may be only a part. */
export class BodyIncompleteError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'BodyIncompleteError',
    desc: 'Body ended without done',
    serverStatus: 500,
  };
}

/** A body that can be produced only once was subscribed to again. */
export class BodyNotRepeatableError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'BodyNotRepeatableError',
    desc: 'Body cannot be produced again',
    serverStatus: 500,
  };
}

/** A source that does not honour `Flow` produced more than `maxBufferedBytes` while its sink was full. */
export class BufferFullError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'BufferFullError',
    desc: 'Too much buffered',
    serverStatus: 500,
  };
}

/** A server's handler answered out of order: not `nonfinal* start body* done`. */
export class HandlerError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'HandlerError',
    desc: 'Handler broke the order of notifications',
    serverStatus: 500,
  };
}

/** Content was asked for of a response whose status is not 2xx (RFC 9110 §15.3): what it has is not what was meant. */
export class StatusError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'StatusError',
    desc: 'Response is not successful',
    serverStatus: 502,
  };

  /** All of it, its content included. */
  readonly response: HttpResponse;

  constructor(detail: string, response: HttpResponse) {
    super(detail);
    this.response = response;
  }
}

/** Content that is to be kept as a whole has more octets than `maxBytes`; 502 where it is that of a response. */
export class ContentTooLargeError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ContentTooLargeError',
    desc: 'Content too large',
    serverStatus: 413,
  };
}

/**
 * Content is not of the form for which it was taken: no JSON, or text in a charset that nobody knows; `cause` says why. 502
 * where it is that of a response.
 */
export class ContentError extends HttpError {
  /** @internal */
  protected static override readonly about: ErrorClass = {
    title: 'ContentError',
    desc: 'Malformed content',
    serverStatus: 400,
  };
}

/**
 * What the caller asked to write would not be HTTP: a CR or LF in a value, a method that is no token, a status of four
 * digits. Wrong use, so a TypeError, and thrown before anything is sent. `code` is `UNWRITABLE`.
 */
export class UnwritableError extends TypeError {
  /** @internal */
  protected static readonly about: ErrorClass = {
    title: 'UnwritableError',
    desc: 'Cannot be written as HTTP',
  };

  readonly code: string = 'UNWRITABLE';
  readonly desc: string = UnwritableError.about.desc;
  readonly detail: string;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }

  constructor(detail: string) {
    super(`Cannot be written as HTTP: ${detail}`);
    this.name = 'UnwritableError';
    this.detail = detail;
  }

  /** @internal */
  get [LINEAGE](): readonly string[] {
    return lineageOf(this.constructor);
  }
}
