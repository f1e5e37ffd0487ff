import type { SchedulerLike } from 'rxjs';

/**
 * ms that the last attempt at an exchange spent in each of its phases, one behind the other: together they are its time. What
 * a kept connection did not need is 0.
 */
export interface Timings {
  /** Until the limits of the client allowed it a connection. */
  readonly queue: number;
  readonly dns: number;
  readonly connect: number;
  /** Until a proxy had made a tunnel. */
  readonly tunnel: number;
  readonly tls: number;
  /** Until the last octet of the request had been written. */
  readonly send: number;
  /** Until the final head had come. */
  readonly wait: number;
  /** Until the end, whichever that was. */
  readonly receive: number;
}

type Spent = { -readonly [Phase in keyof Timings]: number };

const nothing = (): Spent => ({
  queue: 0,
  dns: 0,
  connect: 0,
  tunnel: 0,
  tls: 0,
  send: 0,
  wait: 0,
  receive: 0,
});

/** Takes the time of an attempt, phase by phase. */
export class Stopwatch {
  timings = nothing();
  private readonly scheduler: SchedulerLike;
  private since: number;

  constructor(scheduler: SchedulerLike) {
    this.scheduler = scheduler;
    this.since = scheduler.now();
  }

  /** Another attempt begins. */
  restart(): void {
    this.timings = nothing();
    this.since = this.scheduler.now();
  }

  /** A phase is over: the time since the one before it was its. */
  spend(phase: keyof Timings): void {
    const now = this.scheduler.now();
    this.timings[phase] += now - this.since;
    this.since = now;
  }
}
