import { Duplex } from 'node:stream';
import type { Unsubscribable } from 'rxjs';
import type { Connection } from '../message/connection.ts';
import { ConnectionResetError } from '../message/errors.ts';
import { HandedOver } from './handed-over.ts';
import { immediate } from './immediate.ts';
import { SocketConnection } from './socket-connection.ts';

/**
 * A stream of Node's that is the connection: for TLS, `ws`, `ssh2` and whatever else speaks on a `Duplex`.
 *
 * Backpressure goes both ways, a FIN is the end of either side, and destroying the stream with an error breaks the
 * connection, so that the peer does not take it for an end. The connection is the stream's from now on: nobody else may read
 * or write it.
 *
 * @example
 * ```ts
 * const stream = toDuplex(connection);
 * stream.pipe(stream); // an echo
 * ```
 */
export function toDuplex(connection: Connection): Duplex {
  return new ConnectionDuplex(connection, true);
}

/** What TLS can be spoken on: the socket itself where there is one, so that no octet goes through here. */
export function streamOf(connection: Connection): Duplex {
  const beneath = connection instanceof HandedOver ? connection.beneath : connection;
  // When what is beneath closes, Node drops what TLS has decrypted and nobody has read: so it is left to TLS to close it.
  if (!(beneath instanceof SocketConnection)) return new ConnectionDuplex(connection, false);
  const { socket } = beneath;
  // TLS writes on the socket at once: what was written before it, such as the head of a 101, must not come behind it.
  beneath.flush();
  // It is held, so that this goes nowhere but to TLS, which looks first at what was read already.
  if (connection instanceof HandedOver) socket.unshift(connection.early);
  return socket;
}

class ConnectionDuplex extends Duplex {
  private readonly connection: Connection;
  private hold: Unsubscribable | undefined;
  /** Who waits until what was written has left. */
  private onDrained: ((error?: Error) => void) | undefined;
  private hasEnded = false;
  private isClosed = false;

  /** @param autoDestroy - whether it closes by itself when both sides have ended */
  constructor(connection: Connection, autoDestroy: boolean) {
    super({ autoDestroy });
    this.connection = connection;
    connection.drained.subscribe(() => this.settle());
    connection.closed.subscribe(() => {
      this.isClosed = true;
      // The peer's end, and a break, would have been told: it was destroyed on this side, which is no error.
      if (!this.hasEnded) this.destroy();
      this.settle(connection.buffered > 0 ? new ConnectionResetError('closed') : undefined);
    });
    connection.read.subscribe({
      next: (octets) => {
        const { buffer, byteOffset, length } = octets;
        if (!this.push(Buffer.from(buffer, byteOffset, length))) this.hold ??= connection.hold();
      },
      error: (error: unknown) => {
        this.hasEnded = true;
        this.destroy(error as Error);
      },
      complete: () => {
        this.hasEnded = true;
        this.push(null);
      },
    });
  }

  override _read(): void {
    this.hold?.unsubscribe();
    this.hold = undefined;
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: (error?: Error | null) => void): void {
    if (this.isClosed) callback(new ConnectionResetError('closed'));
    else if (this.connection.write(chunk)) callback();
    else this.onDrained = callback;
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.connection.end();
    if (this.connection.buffered === 0) callback();
    else this.onDrained = callback;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.hold?.unsubscribe();
    // When what was written in this turn has left: it may be the alert that says why.
    immediate(() => this.connection.destroy(error !== null));
    callback(error);
  }

  private settle(error?: Error): void {
    const { onDrained } = this;
    this.onDrained = undefined;
    onDrained?.(error);
  }
}
