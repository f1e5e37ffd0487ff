import net from 'node:net';
import { Observable, Subject, type Unsubscribable } from 'rxjs';
import { ConnectError, ConnectionResetError, DnsError, ListenError } from '../message/errors.ts';
import type { Connection, ConnectionInfo } from '../message/connection.ts';
import { Holds } from './holds.ts';
import type {
  ConnectNotification,
  ConnectTarget,
  ListenAddress,
  ListenNotification,
  Transport,
} from './transport.ts';

const READ_SIZE = 65_536;

/**
 * One buffer for the reads of all client sockets: a read is delivered before the next one starts. On Windows a read owns
 * its buffer from when it starts, so that there each socket needs its own.
 */
const sharedBuffer = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_SIZE);

/** TCP, by `node:net`. */
export function tcpTransport(): Transport {
  return { connect, listen };
}

function connect({ host, port }: ConnectTarget): Observable<ConnectNotification> {
  return new Observable((observer) => {
    let established = false;
    const read = new Subject<Uint8Array>();
    const buffer = sharedBuffer ?? Buffer.allocUnsafeSlow(READ_SIZE);
    const socket = net.connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          read.next(length === READ_SIZE ? buffer : buffer.subarray(0, length));
          return true;
        },
      },
    });
    const fail = (error: Error): void => observer.error(connectFault(error));
    socket.on('error', fail);
    if (net.isIP(host) !== 0) observer.next({ type: 'resolved', address: host });
    socket.on('lookup', (error: Error | null, address: string) => {
      if (error === null) observer.next({ type: 'resolved', address });
    });
    socket.once('connect', () => {
      socket.off('error', fail);
      const connection = new TcpConnection(socket, read);
      observer.next({ type: 'connected' });
      if (observer.closed) return;
      established = true;
      observer.next({ type: 'connection', connection });
      observer.complete();
    });
    return () => {
      if (!established) socket.destroy();
    };
  });
}

function listen(address: ListenAddress): Observable<ListenNotification> {
  return new Observable((observer) => {
    // Half-open, because a FIN says that the peer has sent its last request, and not that it does not want the answer.
    const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const read = new Subject<Uint8Array>();
      socket.on('data', (octets) => read.next(octets));
      observer.next({ type: 'connection', connection: new TcpConnection(socket, read) });
    });
    server.on('error', (cause) => observer.error(new ListenError(cause.message, { cause })));
    server.listen(address.port, address.host, () => {
      const { address: host, port } = server.address() as net.AddressInfo;
      observer.next({ type: 'listening', address: { host, port } });
    });
    return () => void server.close();
  });
}

class TcpConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly read: Observable<Uint8Array>;
  readonly drained: Observable<void>;
  readonly closed: Observable<void>;

  private readonly socket: net.Socket;
  private readonly holds: Holds;
  private readonly drains = new Subject<void>();
  /** What was written in this turn. */
  private pending: (Uint8Array | string)[] = [];
  private pendingLength = 0;
  /** Whether a write was answered false, and `drained` has not followed yet. */
  private isFull = false;
  /** For an immediate: a source that went on at once would keep other sockets waiting for as long as its peer keeps up. */
  private readonly drain = (): void => {
    const { socket } = this;
    if (!this.isFull || socket.destroyed || this.buffered >= socket.writableHighWaterMark) return;
    this.isFull = false;
    this.drains.next();
  };
  private readonly flush = (): void => {
    const { pending, socket } = this;
    this.pending = [];
    this.pendingLength = 0;
    if (socket.destroyed || pending.length === 0) return;
    const [first] = pending;
    if (pending.length === 1) {
      socket.write(first, 'latin1');
    } else if (pending.every((octets) => typeof octets === 'string')) {
      socket.write(pending.join(''), 'latin1');
    } else {
      socket.cork();
      for (const octets of pending) socket.write(octets, 'latin1');
      socket.uncork();
    }
    // A socket that the system relieves at once never calls itself full, and so emits no `drain`.
    if (this.isFull && !socket.writableNeedDrain) setImmediate(this.drain);
  };

  constructor(socket: net.Socket, read: Subject<Uint8Array>) {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    this.info = { localAddress, localPort, remoteAddress, remotePort };
    this.read = read;
    this.socket = socket;
    this.holds = new Holds(
      () => void socket.pause(),
      () => void socket.resume(),
    );
    socket.on('end', () => read.complete());
    socket.on('error', (cause) => read.error(new ConnectionResetError(cause.message, { cause })));
    this.drained = this.drains;
    const closed = new Subject<void>();
    this.closed = closed;
    socket.on('drain', () => setImmediate(this.drain));
    // Behind `end` a socket emits no `drain`.
    socket.on('finish', () => this.drains.next());
    socket.on('close', () => {
      this.drains.complete();
      closed.next();
      closed.complete();
    });
  }

  get buffered(): number {
    return this.pendingLength + this.socket.writableLength;
  }

  write(octets: Uint8Array | string): boolean {
    if (this.pending.length === 0) process.nextTick(this.flush);
    this.pending.push(octets);
    this.pendingLength += octets.length;
    this.isFull ||= this.buffered >= this.socket.writableHighWaterMark;
    return !this.isFull;
  }

  hold(): Unsubscribable {
    return this.holds.hold();
  }

  end(): void {
    this.flush();
    this.socket.end();
  }

  destroy(isCut = false): void {
    if (isCut) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  setIdle(isIdle: boolean): void {
    if (isIdle) this.socket.unref();
    else this.socket.ref();
  }
}

function connectFault(cause: Error): DnsError | ConnectError {
  const { syscall } = cause as NodeJS.ErrnoException;
  const detail = cause.message === '' ? String((cause as NodeJS.ErrnoException).code) : cause.message;
  return syscall === 'getaddrinfo' ? new DnsError(detail, { cause }) : new ConnectError(detail, { cause });
}
