import { Observable } from 'rxjs';
import type { HttpError } from '../message/errors.ts';
import type { HttpServerRequest } from '../message/exchange.ts';
import type { HeaderList } from '../message/headers.ts';
import {
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type RequestNotification,
  type ResponseNotification,
} from '../message/notifications.ts';

/** The way back to the client. */
export interface Answer {
  /** Whether nothing more is owed: all of the response has been handed over, or the connection has. */
  readonly isDone: boolean;
  /** Why the rest of the request will not come, once that is so: what a handler passes on of it is not its own error. */
  readonly fault: HttpError | undefined;
  /** Sends the next part of the response. */
  send(notification: ResponseNotification): void;
  /** The handler is through with it: a connection that was handed over to it ends. */
  end(): void;
  /** Answers with a status if that is still possible; else breaks the connection, so that what has left never looks whole. */
  fail(status: number): void;
}

/**
 * One exchange of a server: an Observable of its request, and the means to answer it.
 *
 * ```
 * (sd|)       request_start, request_done
 * s-b-b-(d|)  with content
 * ```
 *
 * To be subscribed to once. Unsubscribing drops the rest of the request's content, not the response.
 *
 * @example
 * ```ts
 * server.listen().subscribe((notification) => {
 *   if (notification.type !== 'exchange') return;
 *   const { exchange } = notification;
 *   exchange.responseStart(200, 'OK', [['Content-Length', '2']]);
 *   exchange.responseBody(Buffer.from('ok'));
 *   exchange.responseDone();
 * });
 * ```
 */
export class HttpServerExchange extends Observable<RequestNotification> {
  /** The same request as a value, as a handler gets it: its body and this Observable are one. */
  readonly request: HttpServerRequest;
  /** @internal */
  readonly answer: Answer;

  /** @internal */
  constructor(request: HttpServerRequest, answer: Answer) {
    super((subscriber) => {
      const { method, uri, headers, version, body } = request;
      subscriber.next({ type: 'request_start', method, uri, headers, version });
      return body.subscribe(subscriber);
    });
    this.request = request;
    this.answer = answer;
  }

  /**
   * Sends a 1xx response; the phrase is the standard one unless given.
   *
   * @throws HandlerError behind the final head; UnwritableError
   */
  responseNonfinal(status: number, phrase?: string, headers: HeaderList = []): void {
    this.answer.send(responseNonfinal(status, headers, phrase));
  }

  /**
   * Starts the response. Hop-by-hop fields are left out: the server manages its connections itself.
   *
   * @throws HandlerError out of order; UnwritableError
   */
  responseStart(status: number, phrase?: string, headers: HeaderList = []): void {
    this.answer.send(responseStart(status, headers, phrase));
  }

  /**
   * Sends a piece of content.
   *
   * @throws HandlerError out of order; BodyLengthError when it is more than was declared
   */
  responseBody(chunk: Uint8Array): void {
    this.answer.send(responseBody(chunk));
  }

  /**
   * Ends the response. To be called for every response.
   *
   * @throws HandlerError out of order; BodyLengthError when there was less content than declared; UnwritableError
   */
  responseDone(trailers: HeaderList = []): void {
    this.answer.send(responseDone(trailers));
  }
}
