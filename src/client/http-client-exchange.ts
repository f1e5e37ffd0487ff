import { Observable, type Subscriber } from 'rxjs';
import { UnwritableError } from '../message/errors.ts';
import type { Exchange } from '../message/exchange.ts';
import type { HeaderList } from '../message/headers.ts';
import { anticipatesContent } from '../message/methods.ts';
import { requestBody, requestDone, type ResponseNotification } from '../message/notifications.ts';
import { PushedBody } from './pushed-body.ts';

/**
 * An exchange whose request is pushed piece by piece: an Observable of its response, and the means to send the request.
 *
 * It is sent when it is subscribed to, once; unsubscribing abandons it. A request that fails is tried again like any other,
 * for as long as what was pushed has been kept (`maxBufferedBytes`).
 *
 * @example
 * ```ts
 * const exchange = client.exchange();
 * exchange.subscribe((notification) => console.log(notification.type));
 * exchange.requestStart('POST', 'http://localhost:8080/', [['Content-Type', 'text/plain']]);
 * exchange.requestBody(Buffer.from('hello'));
 * exchange.requestDone();
 * ```
 */
export class HttpClientExchange extends Observable<ResponseNotification> {
  private readonly send: Exchange;
  private readonly pushed: PushedBody;
  private response: Observable<ResponseNotification> | undefined;
  private subscriber: Subscriber<ResponseNotification> | undefined;
  private isEager = false;
  private isSent = false;

  /** @internal */
  constructor(send: Exchange, maxBufferedBytes: number) {
    super((subscriber) => {
      if (this.subscriber !== undefined) {
        subscriber.error(
          new TypeError('an HttpClientExchange is sent once: make another, or use exchange(request)'),
        );
        return;
      }
      this.subscriber = subscriber;
      this.sendWhenReady();
    });
    this.send = send;
    this.pushed = new PushedBody(maxBufferedBytes);
  }

  /**
   * Starts the request. Hop-by-hop fields are left out: the client manages its connections itself.
   *
   * @param uri - a URI; an IRI must be converted first
   * @throws UnwritableError when it would not be HTTP, or was started already
   */
  requestStart(method: string, uri: string, headers: HeaderList = []): void {
    if (this.response !== undefined) throw new UnwritableError('a second requestStart');
    this.response = this.send({ method, uri, headers, body: this.pushed.body });
    this.isEager = anticipatesContent(method);
    this.sendWhenReady();
  }

  /**
   * Sends a piece of content.
   *
   * @throws UnwritableError before requestStart and behind requestDone
   */
  requestBody(chunk: Uint8Array): void {
    this.checkOrder('requestBody');
    this.pushed.push(requestBody(chunk));
    this.sendWhenReady();
  }

  /**
   * Ends the request. To be called for every request.
   *
   * @throws UnwritableError before requestStart and behind requestDone
   */
  requestDone(trailers: HeaderList = []): void {
    this.checkOrder('requestDone');
    this.pushed.push(requestDone(trailers));
    this.sendWhenReady();
  }

  private checkOrder(call: string): void {
    if (this.response === undefined) throw new UnwritableError(`${call} before requestStart`);
    if (this.pushed.isDone) throw new UnwritableError(`${call} behind requestDone`);
  }

  /** A method that has no content as a rule is only sent when it is known whether there is some: it decides the framing. */
  private sendWhenReady(): void {
    const { response, subscriber, pushed } = this;
    if (this.isSent || response === undefined || subscriber === undefined) return;
    if (pushed.isEmpty && !this.isEager) return;
    this.isSent = true;
    response.subscribe(subscriber);
  }
}
