import type net from 'node:net';
import { immediate } from './immediate.ts';

/**
 * Lets a socket read what is there before it is destroyed by a write that has failed.
 *
 * That a write fails says that the peer has closed, and not that it has said nothing: a server that refuses an upload sends
 * 413, and closes with the rest of it unread, which resets the connection (RFC 9112 §9.6). Its answer lies in the system's
 * buffer by then, and Node closes the socket over it, unless it happened to read first. Between two immediates it does read.
 */
export function hearOut(socket: net.Socket): void {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: NodeJS.ErrnoException) => {
    const isClosed = error?.syscall === 'write' && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
    if (!isClosed) return destroy(error);
    immediate(() => immediate(() => destroy(error)));
    return socket;
  };
}
