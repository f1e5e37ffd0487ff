import { Observable } from 'rxjs';
import {
  HttpClient,
  requestBody,
  requestDone,
  type Flow,
  type RequestBody,
  type RequestDone,
} from 'rxchange';
import { fail, originsOf, pieces, requestOf, type Exchange, type Task } from './subject.ts';

const client = new HttpClient({ readTimeout: 30_000, maxConnectionsPerOrigin: Infinity });

/** Ours, by the full `exchange()` with its retries, its pool and a read timeout. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { method, headers } = requestOf(task);
  const request = { method, headers: Object.entries(headers), body: bodyOf(task) };
  return (done) => {
    client.exchange({ uri: next().url, ...request }).subscribe({ complete: done, error: fail });
  };
}

function bodyOf({ content, upload }: Task): Observable<RequestBody | RequestDone> | undefined {
  if (upload !== undefined) return flowing(() => pieces(upload));
  if (content === undefined) return undefined;
  const chunk = Buffer.from(content);
  return new Observable((subscriber) => {
    subscriber.next(requestBody(chunk));
    subscriber.next(requestDone());
    subscriber.complete();
  });
}

/** A body of pieces, which waits while it is held. */
function flowing(source: () => Iterator<Uint8Array>): Observable<RequestBody | RequestDone> {
  return new Observable((subscriber) => {
    const content = source();
    let holds = 0;
    let isEmitting = false;
    const flow: Flow = {
      hold: () => {
        holds++;
        let isHeld = true;
        return {
          unsubscribe: () => {
            if (isHeld) holds--;
            isHeld = false;
            emit();
          },
        };
      },
    };
    const emit = (): void => {
      if (isEmitting) return;
      isEmitting = true;
      while (holds === 0 && !subscriber.closed) {
        const piece = content.next();
        if (piece.done === true) {
          subscriber.next(requestDone());
          subscriber.complete();
        } else {
          subscriber.next(requestBody(piece.value, flow));
        }
      }
      isEmitting = false;
    };
    emit();
  });
}
