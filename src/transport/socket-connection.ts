import type net from 'node:net';
import { Subject, type Observable, type Unsubscribable } from 'rxjs';
import type { Connection, ConnectionInfo } from '../message/connection.ts';
import { ConnectionResetError, type HttpError } from '../message/errors.ts';
import { latin1 } from '../message/latin1.ts';
import { isOctets } from '../message/octets.ts';
import { Holds } from './holds.ts';
import { immediate } from './immediate.ts';

/** Octets up to which a piece is copied behind the head, or behind the piece before it: cheaper than to be written apart. */
const MOST_COPIED = 4_096;

/**
 * Octets that wait to leave when a writer is told to stop: two pieces of the usual size. By the 16 KiB of Node's sockets each
 * piece is too much, and the source goes on only in the next turn of the event loop: three times the CPU for an upload.
 */
const MOST_WAITING = 131_072;

/** A socket of Node's that is open, as a {@link Connection}. */
export class SocketConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly read: Observable<Uint8Array>;
  /** For TLS, which takes the place of this connection. */
  readonly socket: net.Socket;

  private readonly holds: Holds;
  private drains: Subject<void> | undefined;
  private closes: Subject<void> | undefined;
  /** What was written in this turn: of pieces that follow each other, small ones are joined. */
  private pending: (Uint8Array | string)[] = [];
  private pendingLength = 0;
  /** Whether a write was answered false, and `drained` has not followed yet. */
  private isFull = false;
  /** For an immediate: a source that went on at once would keep other sockets waiting for as long as its peer keeps up. */
  private readonly drain = (): void => {
    const { socket } = this;
    if (!this.isFull || socket.destroyed || this.buffered >= MOST_WAITING) return;
    this.isFull = false;
    this.drains?.next();
  };
  /** Sends what was written in this turn. */
  flush(): void {
    const { pending, socket } = this;
    this.pending = [];
    this.pendingLength = 0;
    if (!socket.writable || pending.length === 0) return;
    if (pending.length === 1) {
      socket.write(pending[0], 'latin1');
    } else {
      socket.cork();
      for (const octets of pending) socket.write(octets, 'latin1');
      socket.uncork();
    }
    // A socket that the system relieves at once never calls itself full, and so emits no `drain`.
    if (this.isFull && !socket.writableNeedDrain) immediate(this.drain);
  }

  /** @param read - what emits the octets that the socket reads; its end is seen to here */
  constructor(socket: net.Socket, read: Subject<Uint8Array>, info: ConnectionInfo = endsOf(socket)) {
    this.info = info;
    this.read = read;
    this.socket = socket;
    this.holds = new Holds(socket);
    socket.on('end', () => read.complete());
    socket.on('error', (cause) => read.error(this.fault(cause)));
    socket.on('drain', () => immediate(this.drain));
    // Behind `end` a socket emits no `drain`.
    socket.on('finish', () => this.drains?.next());
    socket.on('close', () => this.finish());
  }

  /** These two are made for those who ask: most connections that are idle tell nobody of either. */
  get drained(): Observable<void> {
    return (this.drains ??= new Subject());
  }

  get closed(): Observable<void> {
    return (this.closes ??= new Subject());
  }

  get buffered(): number {
    return this.pendingLength + this.socket.writableLength;
  }

  write(octets: Uint8Array | string): boolean {
    const { pending } = this;
    // The error is whose write it was: when all leave, it would keep what others have written from it.
    if (typeof octets !== 'string' && !isOctets(octets))
      throw new TypeError('what is written is a Uint8Array or a string');
    if (pending.length === 0) flushLater(this);
    const piece = typeof octets === 'string' || octets.length > MOST_COPIED ? octets : latin1(octets);
    const last = pending.length - 1;
    if (typeof piece === 'string' && typeof pending[last] === 'string') pending[last] += piece;
    else pending.push(piece);
    this.pendingLength += octets.length;
    if (!this.isFull && this.buffered >= MOST_WAITING) {
      this.isFull = true;
      // So much waits for no turn: its source goes on when it has left.
      process.nextTick(flush, this);
    }
    // Behind the end nothing leaves, and nobody is to wait until it has.
    return !this.isFull || !this.socket.writable;
  }

  hold(): Unsubscribable {
    return this.holds.hold();
  }

  end(): void {
    this.flush();
    this.socket.end();
  }

  destroy(isCut = false): void {
    // Only TCP has resets, and only what has ports is TCP.
    if (isCut && this.info.remotePort !== undefined) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  setIdle(isIdle: boolean): void {
    if (isIdle) this.socket.unref();
    else this.socket.ref();
  }

  /** Nothing more will happen. */
  protected finish(): void {
    (this.drains ??= new Subject()).complete();
    const closes = (this.closes ??= new Subject());
    closes.next();
    closes.complete();
  }

  /** What it means that the socket failed. */
  protected fault(cause: Error): HttpError {
    return new ConnectionResetError(cause.message, { cause });
  }
}

/** On which something was written in this turn of the event loop. */
let written: SocketConnection[] = [];

/**
 * Behind all reads of the turn, for all connections at once. A write from between two reads wakes the peer for a single
 * message, and the next one will have to wake it again.
 */
function flushLater(connection: SocketConnection): void {
  if (written.push(connection) === 1) immediate(flushAll);
}

function flushAll(): void {
  const connections = written;
  written = [];
  for (const connection of connections) flush(connection);
}

function flush(connection: SocketConnection): void {
  connection.flush();
}

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: net.Socket): ConnectionInfo {
  return { localAddress, localPort, remoteAddress, remotePort };
}
