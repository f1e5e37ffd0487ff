import { ExtraDataError, SwitchError, TooManyNonfinalsError, type MessageError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import type { HttpVersion, ResponseNotification } from '../message/notifications.ts';
import { isNonfinal } from '../message/status.ts';
import { controlFields, isSameProtocol, upgradeProtocols } from './control-fields.ts';
import { responseFraming, TUNNEL } from './framing.ts';
import { RESPONSE_LIMITS, withLimits, type GivenLimits } from './limits.ts';
import { MessageReader } from './message-reader.ts';
import { isPersistent } from './persistence.ts';
import { parseStatusLine, type StatusLine } from './start-line.ts';

const NONE: readonly string[] = [];

/** How a client reads. */
export interface ResponseReaderOptions {
  /** Bounds on heads and chunk lines; those not given have their defaults. */
  readonly limits?: GivenLimits | undefined;
  /**
   * `false` bends rules that do not concern framing, and tells of each time in a `response_anomaly`: a bare LF ends a line
   * of the head, a line without a colon is skipped, whitespace before a colon, an empty name or one that is no token,
   * NUL in a value, and a first field line that starts with whitespace are survived. Never so for Content-Length and
   * Transfer-Encoding; and the connection does not persist behind a response with an anomaly.
   *
   * @defaultValue true
   */
  readonly careful?: boolean | undefined;
}

/**
 * Reads responses as a client does (RFC 9112 §4). It must be told which request each one answers, since that decides
 * whether there is content (§6.3).
 *
 * @example
 * ```ts
 * const reader = new ResponseReader();
 * reader.expect('GET');
 * reader.push(new TextEncoder().encode('HTTP/1.1 204 No Content\r\n\r\n'));
 * reader.read(); // { type: 'response_start', status: 204, … }
 * reader.read(); // { type: 'response_done', trailers: [] }
 * ```
 */
export class ResponseReader extends MessageReader<ResponseNotification> {
  /** Whether the server keeps the connection open behind the response whose head was read last (RFC 9112 §9.3). */
  isPersistent = false;
  /** What the server says of how long it keeps the connection: the value of its Keep-Alive field. */
  keepAlive: string | undefined = undefined;

  private readonly careful: boolean;
  private hasAnomaly = false;
  private method = 'GET';
  private offered = NONE;
  private nonfinals = 0;
  private line: StatusLine = { version: '1.1', status: 0, phrase: '' };

  constructor(options: ResponseReaderOptions = {}) {
    super(withLimits(RESPONSE_LIMITS, options.limits), true);
    this.careful = options.careful ?? true;
  }

  /**
   * Waits for the response to a request with this method.
   *
   * @param offered - the protocols that the request offered to switch to, so that a 101 to one of them is an answer to it
   */
  expect(method: string, offered: readonly string[] = NONE): void {
    this.method = method;
    this.offered = offered;
    this.nonfinals = 0;
    this.hasAnomaly = false;
    this.begin();
  }

  /** A 1xx is a part of the response: an end of the connection behind it leaves that in pieces. */
  override get isStarted(): boolean {
    return this.nonfinals > 0 || super.isStarted;
  }

  /** RFC 9112 §9.3: octets that no request has asked for are nobody's answer, a 408 on an idle connection included. */
  protected override refuseExtra(): void {
    throw new ExtraDataError('', this.input.at(0));
  }

  protected override tolerate(error: MessageError): ResponseNotification {
    if (this.careful || !error.clientRecoverable) throw error;
    // Who else reads such a message may see another end of it: no other response is taken from behind it (RFC 9112 §11.1).
    this.hasAnomaly = true;
    this.isPersistent = false;
    return { type: 'response_anomaly', error };
  }

  protected override parseStartLine(line: string): void {
    this.line = parseStatusLine(line, this.locate);
  }

  protected override parseHead(headers: HeaderList): ResponseNotification {
    const { status, phrase, version } = this.line;
    if (status !== 101 && isNonfinal(status)) {
      if (++this.nonfinals > this.limits.nonfinals) {
        throw new TooManyNonfinalsError(`more than ${String(this.limits.nonfinals)}`);
      }
      this.begin();
      return { type: 'response_nonfinal', status, phrase, headers, version };
    }
    if (status === 101) {
      this.checkSwitch(version, controlFields(headers).upgrade ?? '');
      this.isPersistent = false;
      this.expectBody(TUNNEL);
    } else {
      const fields = controlFields(headers);
      const framing = responseFraming(status, this.method, fields, version, this.locateField);
      const isDoublyFramed =
        fields['transfer-encoding'] !== undefined && fields['content-length'] !== undefined;
      // RFC 9112 §6.3, item 3: such a response might be split by someone; what follows it is not to be trusted.
      this.isPersistent =
        isPersistent(version, fields) &&
        !isDoublyFramed &&
        !this.hasAnomaly &&
        framing.type !== 'close' &&
        framing.type !== 'tunnel';
      this.keepAlive = fields['keep-alive'];
      this.expectBody(framing);
    }
    return { type: 'response_start', status, phrase, headers, version };
  }

  /** RFC 9110 §7.8: there is no upgrade in HTTP/1.0, and a 101 says to which of the offered protocols it switches. */
  private checkSwitch(version: HttpVersion, upgrade: string): void {
    const { offered } = this;
    if (offered.length === 0 || version === '1.0') throw new SwitchError('nobody has offered it');
    if (upgrade === '') throw new SwitchError('it does not say to which protocol');
    if (
      !upgradeProtocols(upgrade).every((protocol) => offered.some((other) => isSameProtocol(protocol, other)))
    )
      throw new SwitchError(`${JSON.stringify(upgrade.slice(0, 64))} was not offered`);
  }

  protected override bodyOf(chunk: Uint8Array): ResponseNotification {
    return { type: 'response_body', chunk };
  }

  protected override doneOf(trailers: HeaderList): ResponseNotification {
    return { type: 'response_done', trailers };
  }
}
