import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import type { ResponseNotification } from 'rxchange';
import { assertExchange } from 'rxchange/testing';

/** Runs `work` on virtual time; what is expected of its observables by marbles is compared when it ends. */
export function virtually<T>(work: (helpers: RunHelpers) => T): T {
  return new TestScheduler(assertExchange).run(work);
}

/** What an observer was told, in a form that compares: types, statuses, fields, content as latin1, errors by their code. */
export class Told {
  readonly all: string[] = [];
  readonly next = (notification: ResponseNotification): void => {
    switch (notification.type) {
      case 'response_nonfinal':
      case 'response_start':
        this.all.push(`${notification.type} ${String(notification.status)}`);
        break;
      case 'response_body':
        this.all.push(Buffer.from(notification.chunk).toString('latin1'));
        break;
      case 'response_done':
        this.all.push(['response_done', ...notification.trailers.map((field) => field.join(':'))].join(' '));
        break;
      case 'response_anomaly':
        this.all.push(`response_anomaly ${notification.error.code}`);
    }
  };
  readonly error = (error: unknown): void => {
    this.all.push(`error ${String((error as { code?: unknown }).code ?? error)}`);
  };
  readonly complete = (): void => {
    this.all.push('complete');
  };
}
