import { lstatSync, unlinkSync } from 'node:fs';
import net from 'node:net';
import { catchError, concatMap, defer, Observable } from 'rxjs';
import { ListenError, TlsError } from '../message/errors.ts';
import { connectSocket } from './connect-socket.ts';
import { listenSocket } from './listen-socket.ts';
import type { Transport } from './transport.ts';

/** Octets of a `sun_path`, the NUL behind them left out: what is longer, Node 20 cuts to the path of another socket. */
const LONGEST = process.platform === 'darwin' ? 103 : 107;

/**
 * Connections over a Unix domain socket, whatever the host and port of a target are: those say only what is asked for.
 *
 * What listens makes the file, with the permissions that the process gives to files (`umask`), and removes it at the end.
 * One that a process has left behind which was killed is replaced; one on which somebody listens is a ListenError, and so is
 * a file that is no socket.
 *
 * @example
 * ```ts
 * const transport = unixTransport('/run/app.sock');
 * const server = new HttpServer({ transport });
 * const client = new HttpClient({ transport }); // http://localhost/ is whoever listens on /run/app.sock
 * ```
 *
 * @throws TypeError for a path that is none, or longer than a socket's can be
 */
export function unixTransport(path: string): Transport {
  if (typeof path !== 'string' || path === '')
    throw new TypeError('the path of a Unix domain socket is a string');
  if (Buffer.byteLength(path) > LONGEST)
    throw new TypeError(`the path of a Unix domain socket has ${String(LONGEST)} octets at most`);
  return {
    connect: ({ scheme }) =>
      defer(() => {
        if (scheme === 'https') throw new TlsError('a Unix domain socket alone does not secure');
        return connectSocket({ path });
      }),
    listen: (address) => {
      const listening = listenSocket({ path }, () => ({ ...address, path }));
      return listening.pipe(
        catchError((error: unknown) => {
          if (!isInUse(error)) throw error;
          return removeDeserted(path, error).pipe(concatMap(() => listening));
        }),
      );
    },
  };
}

function isInUse(error: unknown): error is ListenError {
  return error instanceof ListenError && (error.cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/**
 * Removes the file of a socket on which nobody listens, and emits; errors with `inUse` where somebody does. Who knows is the
 * system, asked by connecting: a lock or a number of a process would say what was so once.
 */
function removeDeserted(path: string, inUse: ListenError): Observable<void> {
  return new Observable((subscriber) => {
    const socket = net.connect({ path });
    socket.once('connect', () => subscriber.error(inUse));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      try {
        // To a file of another kind, a connection is refused as well.
        if (code !== 'ECONNREFUSED' || !lstatSync(path).isSocket()) throw inUse;
        unlinkSync(path);
      } catch (error) {
        subscriber.error(
          error instanceof ListenError ? error : new ListenError(inUse.detail, { cause: error }),
        );
        return;
      }
      subscriber.next();
      subscriber.complete();
    });
    return () => socket.destroy();
  });
}
