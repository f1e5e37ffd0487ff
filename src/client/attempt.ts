import type { ExchangeFacts } from '../message/exchange-facts.ts';
import type { HttpRequest } from '../message/exchange.ts';
import type { BodyMemory } from './body-memory.ts';
import type { SendableRequest } from './request-head.ts';
import type { Stopwatch } from './timings.ts';

/** The attempt under way at an exchange: what to send, and what has become of it so far. */
export class Attempt implements ExchangeFacts {
  /** In the form that the reader of the connection takes. */
  sendable: SendableRequest;
  attempts = 0;
  reused = false;
  sent = false;
  answered = false;
  /** Takes its time, if anybody wants to know. */
  stopwatch: Stopwatch | undefined = undefined;

  private readonly given: SendableRequest;

  constructor(sendable: SendableRequest) {
    this.given = this.sendable = sendable;
  }

  /** What is known of the body from the attempts before. */
  get memory(): BodyMemory {
    return this.given.memory;
  }

  get request(): HttpRequest {
    return this.sendable.request;
  }

  get method(): string {
    return this.request.method;
  }

  get uri(): string {
    return this.request.uri;
  }

  /** Begins anew: nothing of it is sent, and nothing known of its answer. */
  begin(): void {
    this.attempts++;
    this.stopwatch?.restart();
    this.sendable = this.given;
    this.reused = this.sent = this.answered = false;
  }

  /** It goes to a forward proxy, with field lines for that. */
  goThrough(fields: string): void {
    this.sendable = this.given.through(fields);
  }

  /** As it stands. */
  get facts(): ExchangeFacts {
    const { method, uri, attempts, reused, sent, answered } = this;
    return { method, uri, attempts, reused, sent, answered };
  }
}
