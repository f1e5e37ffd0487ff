import { Subscriber } from 'rxjs';
import { HandlerError, UnwritableError, type HttpError } from '../message/errors.ts';
import type { HttpServerRequest } from '../message/exchange.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import type { Answer } from './http-server-exchange.ts';

/** Is told of what went wrong with an exchange, and answers in the handler's stead if that is still possible. */
export type OnFault = (error: unknown, request: HttpServerRequest, answer: Answer) => void;

/**
 * Sends what a handler emits, and is its one subscription: what cannot be sent ends the handler within the same `next`. A
 * subclass of RxJS's own, since `tap` in `defer` behind a `subscribe`, which do the same, are a quarter of what a server
 * does for a small exchange (decision 0016).
 */
export class Answering extends Subscriber<ResponseNotification> {
  private readonly request: HttpServerRequest;
  private readonly answer: Answer;
  private readonly onFault: OnFault;
  /** The last that a gateway's client has tolerated of its upstream. */
  private anomaly: HttpError | undefined;

  constructor(request: HttpServerRequest, answer: Answer, onFault: OnFault) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS 7 makes each of its operators of it
    super();
    this.request = request;
    this.answer = answer;
    this.onFault = onFault;
    this.anomaly = undefined;
  }

  protected override _next(notification: ResponseNotification): void {
    try {
      if (notification.type === 'response_anomaly') this.anomaly = notification.error;
      this.answer.send(notification);
    } catch (error) {
      // What was tolerated may be more than can be handed on, and is the fault of who wrote it.
      this.error(error instanceof UnwritableError ? (this.anomaly ?? error) : error);
    }
  }

  protected override _error(error: unknown): void {
    this.onFault(error, this.request, this.answer);
    this.unsubscribe();
  }

  protected override _complete(): void {
    const { answer, request } = this;
    if (answer.isDone) answer.end();
    else this.onFault(new HandlerError('completed without response_done'), request, answer);
    this.unsubscribe();
  }
}
