import type { Observable } from 'rxjs';
import type { HeaderList, ResponseNonfinal, ResponseNotification, ResponseStart } from '../../src/index.ts';

/** All that an exchange told, when it is over. */
export interface Received {
  /** As a marble diagram without time; the pieces of a body are one: `isbd|`, `sb#`. */
  readonly marbles: string;
  readonly nonfinals: readonly ResponseNonfinal[];
  readonly head: ResponseStart | undefined;
  readonly body: Buffer;
  readonly trailers: HeaderList;
  readonly error: unknown;
}

const MARBLES = {
  response_nonfinal: 'i',
  response_start: 's',
  response_body: 'b',
  response_done: 'd',
  response_anomaly: 'a',
} as const;

/** Subscribes and waits for the end, whichever it is: an error is a part of what is received. */
export function receive(exchange: Observable<ResponseNotification>): Promise<Received> {
  return new Promise((resolve) => {
    let marbles = '';
    const nonfinals: ResponseNonfinal[] = [];
    const chunks: Uint8Array[] = [];
    let head: ResponseStart | undefined;
    let trailers: HeaderList = [];
    const end = (marble: string, error?: unknown): void =>
      resolve({ marbles: marbles + marble, nonfinals, head, body: Buffer.concat(chunks), trailers, error });
    exchange.subscribe({
      next: (notification) => {
        const marble = MARBLES[notification.type];
        if (marble !== 'b' || !marbles.endsWith('b')) marbles += marble;
        if (notification.type === 'response_nonfinal') nonfinals.push(notification);
        if (notification.type === 'response_start') head = notification;
        if (notification.type === 'response_body') chunks.push(notification.chunk);
        if (notification.type === 'response_done') trailers = notification.trailers;
      },
      error: (error: unknown) => end('#', error),
      complete: () => end('|'),
    });
  });
}
