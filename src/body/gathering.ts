import { Observable, type OperatorFunction } from 'rxjs';
import { BodyIncompleteError, ContentTooLargeError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import type { RequestNotification, ResponseNotification, ResponseStart } from '../message/notifications.ts';
import { checkSettings, count, given } from '../message/settings.ts';

/** What an exchange tells, of its request or of its response. */
export type ExchangeNotification = RequestNotification | ResponseNotification;

/** How much is kept. */
export interface GatherOptions {
  /**
   * Octets of content; one more is a ContentTooLargeError.
   *
   * @defaultValue 16777216
   */
  readonly maxBytes?: number | undefined;
}

/** A message that is there as a whole. */
export interface Gathered {
  /** Of a response. */
  readonly start: ResponseStart | undefined;
  readonly headers: HeaderList;
  readonly content: Uint8Array;
  readonly trailers: HeaderList;
}

const MAX_BYTES = 16_777_216;

/** @throws RangeError, TypeError for a bound that is none */
export function maxBytesOf(options: GatherOptions): number {
  const { maxBytes = MAX_BYTES } = given(options, 'a reader of content');
  checkSettings({ maxBytes }, { maxBytes: count(0) }, 'a reader of content');
  return maxBytes;
}

/** A message on its way to be there as a whole. */
export class Gathering {
  private readonly maxBytes: number;
  private start: ResponseStart | undefined;
  private headers: HeaderList = [];
  private chunks: Uint8Array[] = [];
  private length = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /**
   * @returns all of it, with its end
   * @throws ContentTooLargeError
   */
  take(notification: ExchangeNotification): Gathered | undefined {
    switch (notification.type) {
      case 'response_start':
        this.start = notification;
        this.headers = notification.headers;
        return undefined;
      case 'request_start':
        this.headers = notification.headers;
        return undefined;
      case 'request_body':
        this.keep(notification.chunk, undefined);
        return undefined;
      case 'response_body':
        this.keep(notification.chunk, 502);
        return undefined;
      case 'request_done':
      case 'response_done':
        return this.end(notification.trailers);
      default:
        return undefined;
    }
  }

  private keep(chunk: Uint8Array, serverStatus: number | undefined): void {
    this.length += chunk.length;
    if (this.length > this.maxBytes) {
      this.chunks = [];
      const whose =
        this.start === undefined ? '' : `, of a response with status ${String(this.start.status)}`;
      throw new ContentTooLargeError(`more than ${String(this.maxBytes)} octets${whose}`, { serverStatus });
    }
    this.chunks.push(chunk);
  }

  private end(trailers: HeaderList): Gathered {
    const { start, headers, chunks, length } = this;
    const content = chunks.length === 1 ? chunks[0] : new Uint8Array(length);
    if (chunks.length > 1) {
      let at = 0;
      for (const chunk of chunks) {
        content.set(chunk, at);
        at += chunk.length;
      }
    }
    return { start, headers, content, trailers };
  }
}

/** Keeps a message until it is there as a whole. Errors with a ContentTooLargeError when it is too large for that. */
export function gather(options: GatherOptions): OperatorFunction<ExchangeNotification, Gathered> {
  const maxBytes = maxBytesOf(options);
  return (source) =>
    new Observable((subscriber) => {
      const gathering = new Gathering(maxBytes);
      let isDone = false;
      return source.subscribe({
        next: (notification) => {
          try {
            const gathered = gathering.take(notification);
            if (gathered === undefined) return;
            isDone = true;
            subscriber.next(gathered);
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          if (isDone) subscriber.complete();
          else subscriber.error(new BodyIncompleteError());
        },
      });
    });
}
