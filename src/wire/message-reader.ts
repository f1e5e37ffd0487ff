import {
  IncompleteMessageError,
  StartLineError,
  StartLineTooLargeError,
  type HttpErrorInit,
  type MessageError,
} from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import { CloseReader, LengthReader, type BodyReader } from './body-reader.ts';
import { ChunkedReader } from './chunked.ts';
import { FieldSection } from './field-section.ts';
import type { Framing } from './framing.ts';
import { Input } from './input.ts';
import type { WireLimits } from './limits.ts';
import { Line } from './line.ts';

type State = 'idle' | 'start-line' | 'fields' | 'body' | 'tunnel';

/**
 * Reads messages, one after the other, from octets cut anywhere: the part that requests and responses have in common
 * (RFC 9112 §2.1). It knows no sockets and no time: octets are pushed in, notifications are read out.
 *
 * ```ts
 * reader.push(octets);
 * for (let notification; (notification = reader.read()) !== undefined; ) deliver(notification);
 * ```
 *
 * Pushed octets are the reader's from then on: chunks are views of them. An error is final: a reader that has thrown is not used again.
 */
export abstract class MessageReader<Notification> {
  /** Whether octets of the message under way have been seen: if not, an end of the connection leaves none in pieces. */
  get isStarted(): boolean {
    return this.state !== 'start-line' || this.input.length > 0;
  }

  /** Whether no message is awaited: none was yet, or the last has been read to its end. */
  get isIdle(): boolean {
    return this.state === 'idle';
  }

  /** Whether what follows the head is another protocol's. */
  get isTunnel(): boolean {
    return this.state === 'tunnel';
  }

  /** Octets that are here and not read yet. */
  get buffered(): number {
    return this.input.length;
  }

  protected readonly input = new Input();
  protected readonly limits: WireLimits;
  protected readonly section: FieldSection;
  protected state: State = 'idle';
  protected ended = false;

  private readonly startLine: Line;
  private body: BodyReader = new LengthReader(0);
  /** What came together: anomalies go before the head that they were found in. */
  private readonly queue: Notification[] = [];
  private failure: MessageError | undefined;

  protected constructor(limits: WireLimits, unfold: boolean) {
    const report = (error: MessageError): void => void this.queue.push(this.tolerate(error));
    this.limits = limits;
    this.section = new FieldSection(this.input, limits, unfold, report);
    this.startLine = new Line(this.input, limits.startLine, {
      octet: StartLineError,
      length: StartLineTooLargeError,
      tolerate: report,
    });
  }

  /** Gives octets to the reader, for good. */
  push(octets: Uint8Array): void {
    this.input.push(octets);
  }

  /** Says that no more octets will come: what is not whole by now never will be. */
  end(): void {
    this.ended = true;
  }

  /**
   * The next notification of the message, or undefined when it takes more octets, or there is no message to read.
   *
   * @throws MessageError when the octets are not HTTP, and from then on
   */
  read(): Notification | undefined {
    if (this.queue.length > 0) return this.queue.shift();
    if (this.failure !== undefined) throw this.failure;
    try {
      return this.step();
    } catch (error) {
      this.failure = error as MessageError;
      // An anomaly found before the error is told before it, whether or not they arrived in one piece.
      const anomaly = this.queue.shift();
      if (anomaly === undefined) throw error;
      return anomaly;
    }
  }

  /** Takes the octets behind the last message, which belong to another protocol or to nobody. */
  rest(): Uint8Array {
    return this.input.content(this.input.length);
  }

  /** Waits for the next start line. */
  protected begin(): void {
    this.state = 'start-line';
    this.input.offset = 0;
    this.input.release();
  }

  /** Is told of an error that reading could go on after; throws it, or makes a notification of it. */
  protected abstract tolerate(error: MessageError): Notification;
  /** Reads a start line. */
  protected abstract parseStartLine(line: string): void;
  /** Decides what the fields mean for the message; its framing, and the notification of its head. */
  protected abstract parseHead(headers: HeaderList): Notification;
  protected abstract bodyOf(chunk: Uint8Array): Notification;
  protected abstract doneOf(trailers: HeaderList): Notification;
  /** Takes what may stand before a start line. */
  protected skipEmptyLines(): void {}

  protected readonly locate = (index: number): HttpErrorInit => this.input.at(index);
  protected readonly locateField = (name: string): HttpErrorInit => this.section.locate(name);

  /** Says what it means that octets are here for which no message is awaited: nothing, where the next may come early. */
  protected refuseExtra(): void {}

  /** Goes on with a body in this framing. */
  protected expectBody(framing: Framing): void {
    this.state = 'body';
    switch (framing.type) {
      case 'length':
        this.body = new LengthReader(framing.length);
        break;
      case 'chunked':
        this.body = new ChunkedReader(this.input, this.limits, this.section);
        break;
      case 'close':
        this.body = new CloseReader();
        break;
      case 'tunnel':
        this.state = 'tunnel';
    }
  }

  private step(): Notification | undefined {
    for (;;) {
      switch (this.state) {
        case 'start-line': {
          this.skipEmptyLines();
          const ending = this.startLine.find();
          if (ending === 0) return this.starve();
          this.parseStartLine(this.input.text(0, this.startLine.length));
          this.startLine.take(ending);
          this.state = 'fields';
          break;
        }
        case 'fields': {
          const headers = this.section.read();
          if (headers === undefined) return this.starve();
          return this.behindAnomalies(this.parseHead(headers));
        }
        case 'body': {
          const chunk = this.body.read(this.input);
          if (chunk !== undefined) return this.bodyOf(chunk);
          if (!this.body.done) return this.starve();
          this.state = 'idle';
          return this.behindAnomalies(this.doneOf(this.body.trailers));
        }
        case 'idle':
          if (this.input.length > 0) this.refuseExtra();
          this.input.release();
          return undefined;
        case 'tunnel':
          this.input.release();
          return undefined;
      }
    }
  }

  private behindAnomalies(notification: Notification): Notification | undefined {
    if (this.queue.length === 0) return notification;
    this.queue.push(notification);
    return this.queue.shift();
  }

  /** What there is to say when more octets are needed: nothing yet, or that they will not come. */
  private starve(): Notification | undefined {
    const anomaly = this.queue.shift();
    if (anomaly !== undefined) return anomaly;
    this.input.release();
    if (!this.ended) return undefined;
    if (this.state === 'body' && this.body instanceof CloseReader) {
      this.body.done = true;
      return this.step();
    }
    if (!this.isStarted) return undefined;
    throw new IncompleteMessageError(`in its ${this.state}`, this.input.at(this.input.length));
  }
}
