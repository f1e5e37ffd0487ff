import { Observable } from 'rxjs';
import { ConnectionResetError, ProxyError } from '../message/errors.ts';
import type { Connection } from '../message/connection.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { HandedOver } from '../transport/handed-over.ts';
import type { ConnectNotification, ConnectTarget } from '../transport/transport.ts';
import { formatRequestLine } from '../wire/start-line.ts';
import { ResponseReader } from '../wire/response-reader.ts';

/**
 * Asks the proxy at the other end for a tunnel (RFC 9110 §9.3.6). Emits that it is there, then the connection through it,
 * and completes; unsubscribing before that closes the connection to the proxy.
 *
 * ```
 * --(tk|)
 * --#       ProxyError, when the answer is no 2xx; its content is not read
 * ```
 *
 * @param fields - field lines for the proxy, each with its line end
 */
export function tunnel(
  proxy: Connection,
  { host, port }: ConnectTarget,
  fields: string,
): Observable<ConnectNotification> {
  return new Observable((subscriber) => {
    const reader = new ResponseReader();
    let isOpen = false;
    const take = (notification: ResponseNotification): void => {
      if (notification.type !== 'response_start') return;
      if (!reader.isTunnel) {
        subscriber.error(new ProxyError(notification.status));
        return;
      }
      reading.unsubscribe();
      const connection = new HandedOver(proxy, reader.rest());
      subscriber.next({ type: 'tunnelled' });
      if (subscriber.closed) return;
      isOpen = true;
      subscriber.next({ type: 'connection', connection });
      subscriber.complete();
    };
    const read = (): void => {
      try {
        for (let next; !subscriber.closed && (next = reader.read()) !== undefined;) take(next);
      } catch (error) {
        subscriber.error(error);
      }
    };
    subscriber.add(() => {
      if (!isOpen) proxy.destroy();
    });
    const reading = proxy.read.subscribe({
      next: (octets) => {
        reader.push(octets);
        read();
      },
      complete: () => subscriber.error(new ConnectionResetError('closed by the proxy before it answered')),
      error: (error: unknown) => subscriber.error(error),
    });
    subscriber.add(reading);
    reader.expect('CONNECT');
    const authority = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
    const requestLine = formatRequestLine('CONNECT', authority);
    proxy.write(`${requestLine}Host: ${authority}\r\n${fields}\r\n`);
  });
}
