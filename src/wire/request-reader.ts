import { ExpectationError, type MessageError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import type { RequestNotification } from '../message/notifications.ts';
import { connectionOptions, controlFields } from './control-fields.ts';
import { NO_CONTENT, requestFraming, type Framing } from './framing.ts';
import { CR, LF } from './grammar.ts';
import { REQUEST_LIMITS, withLimits, type GivenLimits } from './limits.ts';
import { MessageReader } from './message-reader.ts';
import { isPersistent } from './persistence.ts';
import { requestAuthority } from './request-target.ts';
import { parseRequestLine, type RequestLine } from './start-line.ts';

/** How a server reads. */
export interface RequestReaderOptions {
  /** Bounds on heads and chunk lines; those not given have their defaults. */
  readonly limits?: GivenLimits | undefined;
  /**
   * Reads a field value that goes on in the next line as one, with a space where the fold was, instead of refusing it: a
   * server may do either (RFC 9112 §5.2).
   *
   * @defaultValue false
   */
  readonly unfold?: boolean | undefined;
}

/**
 * Reads requests as a server does (RFC 9112 §3): strictly, as nobody knows who sends them.
 *
 * @example
 * ```ts
 * const reader = new RequestReader();
 * reader.next();
 * reader.push(new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
 * reader.read(); // { type: 'request_start', method: 'GET', uri: '/', … }
 * reader.read(); // { type: 'request_done', trailers: [] }
 * ```
 */
export class RequestReader extends MessageReader<RequestNotification> {
  /** Whether another request may follow the one whose head was read last (RFC 9112 §9.3). */
  isPersistent = true;
  /** Whether the client waits for a 100 (Continue) before it sends the content (RFC 9110 §10.1.1). */
  expectsContinue = false;
  /** Host and port that the request is for (RFC 9112 §3.2.2, §3.3). */
  authority: string | undefined = undefined;
  /** The protocols that the client would rather speak (RFC 9110 §7.8); empty in HTTP/1.0 and without `Connection: upgrade`. */
  upgrade = '';
  framing: Framing = NO_CONTENT;

  private line: RequestLine = { method: '', target: '', version: '1.1' };
  private emptyLines = 0;

  constructor(options: RequestReaderOptions = {}) {
    super(withLimits(REQUEST_LIMITS, options.limits), options.unfold ?? false);
  }

  /** Waits for the next request: when the last one is read, and may be answered. */
  next(): void {
    this.emptyLines = 0;
    this.begin();
  }

  protected override tolerate(error: MessageError): never {
    throw error;
  }

  protected override skipEmptyLines(): void {
    const { input } = this;
    while (
      this.emptyLines < this.limits.emptyLines &&
      input.length > 1 &&
      input.bytes[input.from] === CR &&
      input.bytes[input.from + 1] === LF
    ) {
      this.emptyLines++;
      input.take(2);
    }
  }

  protected override parseStartLine(line: string): void {
    this.line = parseRequestLine(line, this.locate);
  }

  protected override parseHead(headers: HeaderList): RequestNotification {
    const { method, target, version } = this.line;
    const fields = controlFields(headers);
    this.authority = requestAuthority(method, target, version, fields, this.locateField);
    this.framing = requestFraming(method, fields, version, this.locateField);
    this.isPersistent = isPersistent(version, fields);
    this.upgrade = '';
    if (fields.upgrade !== undefined && version === '1.1' && connectionOptions(fields).includes('upgrade')) {
      this.upgrade = fields.upgrade;
    }
    this.expectsContinue = false;
    if (fields.expect !== undefined) {
      if (fields.expect.toLowerCase() !== '100-continue') {
        throw new ExpectationError(JSON.stringify(fields.expect.slice(0, 64)), this.locateField('expect'));
      }
      // RFC 9110 §10.1.1: ignored in HTTP/1.0, whose clients could not read the answer.
      this.expectsContinue = version === '1.1';
    }
    this.expectBody(this.framing);
    return { type: 'request_start', method, uri: target, headers, version };
  }

  protected override bodyOf(chunk: Uint8Array): RequestNotification {
    return { type: 'request_body', chunk };
  }

  protected override doneOf(trailers: HeaderList): RequestNotification {
    return { type: 'request_done', trailers };
  }
}
