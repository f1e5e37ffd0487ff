import { concatWith } from 'rxjs';
import type { HeaderList } from '../message/headers.ts';
import type { HttpVersion } from '../message/notifications.ts';
import { RequestReader } from '../wire/request-reader.ts';
import type { LinkEnd } from './link.ts';
import type { Cause, Living, TestRun } from './test-run.ts';

/** What happened to a connection of a network. */
export interface ConnectionEvent {
  /**
   * `opening` when it is asked for, `connected` when its client has it, `reused` when it carries another request than its
   * first, `closed` when its client has let go of it, connected or not.
   */
  readonly type: 'opening' | 'connected' | 'reused' | 'closed';
  /** As the scripts name it, such as `http://origin:8080`. */
  readonly origin: string;
  /** Of the connections to this origin, from 1. */
  readonly connection: number;
}

/** A request that has arrived whole. */
export interface ReceivedRequest {
  readonly method: string;
  /** The request-target as it was sent, such as `/path?query`. */
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HeaderList;
  readonly trailers: HeaderList;
  /** The content as latin1, without its framing. */
  readonly content: string;
  /** All octets of it as latin1, as they were sent. */
  readonly octets: string;
  readonly origin: string;
  /** Of the connections to this origin, from 1. */
  readonly connection: number;
  /** Of the requests on this connection, from 1. */
  readonly position: number;
}

/** Is told of the parts of requests as they arrive. */
interface RequestListener {
  onStart?(method: string, target: string): void;
  onDone?(request: ReceivedRequest): void;
  /** What arrived is no request. */
  onFault?(error: unknown): void;
}

/** Far more than a test sends; the code under test has limits of its own. */
const LIMITS = { startLine: 1_048_576, fieldSection: 16_777_216, fields: 100_000 };

/** One connection of a network, from when it is asked for to when its client has let go of it. */
export class LoggedConnection implements Living {
  readonly origin: string;
  readonly number: number;

  private readonly run: TestRun;
  private readonly cause: Cause;
  private readonly emit: (type: ConnectionEvent['type']) => void;
  private readonly receive: (request: ReceivedRequest) => void;
  private client: LinkEnd | undefined;
  private first: string | undefined;
  private last: string | undefined;
  private requests = 0;
  private isClosed = false;

  constructor(
    run: TestRun,
    origin: string,
    number: number,
    emit: (type: ConnectionEvent['type']) => void,
    receive: (request: ReceivedRequest) => void,
  ) {
    this.run = run;
    this.cause = run.cause;
    this.origin = origin;
    this.number = number;
    this.emit = emit;
    this.receive = receive;
    run.begin(this);
    emit('opening');
  }

  /** The client is about to have it. */
  connect(client: LinkEnd, server: LinkEnd): void {
    this.client = client;
    this.emit('connected');
    client.closed.subscribe(() => this.close());
    client.closed.pipe(concatWith(server.closed)).subscribe({ complete: () => this.run.end(this) });
  }

  /** The attempt failed or was given up. */
  abandon(): void {
    if (this.isConnected || this.isClosed) return;
    this.close();
    this.run.end(this);
  }

  /** Follows the requests that arrive at the server's end. */
  follow(server: LinkEnd, listener: RequestListener = {}): void {
    const reader = new RequestReader({ limits: LIMITS });
    let octets = '';
    let line: { method: string; target: string; version: HttpVersion; headers: HeaderList } | undefined;
    let content = '';
    let offersUpgrade = false;
    reader.next();
    const step = (): boolean => {
      const notification = reader.read();
      switch (notification?.type) {
        case undefined:
          return false;
        case 'request_start': {
          const { method, uri: target, version, headers } = notification;
          line = { method, target, version, headers };
          offersUpgrade = method === 'CONNECT' || reader.upgrade !== '';
          this.begin(method, target);
          listener.onStart?.(method, target);
          return true;
        }
        case 'request_body':
          content += textOf(notification.chunk);
          return true;
        case 'request_done': {
          const length = octets.length - reader.buffered;
          const { origin, number: connection, requests: position } = this;
          const request: ReceivedRequest = {
            ...line!,
            trailers: notification.trailers,
            content,
            octets: octets.slice(0, length),
            origin,
            connection,
            position,
          };
          octets = octets.slice(length);
          content = '';
          reader.next();
          this.receive(request);
          listener.onDone?.(request);
          return true;
        }
      }
    };
    const reading = server.read.subscribe({
      next: (piece) => {
        this.run.onSignOfLife();
        octets += textOf(piece);
        try {
          reader.push(piece);
          while (step());
        } catch (error) {
          reading.unsubscribe();
          // Behind an upgrade that was agreed to, it is another protocol.
          if (!offersUpgrade) listener.onFault?.(error);
        }
      },
      // What a broken connection means is for its owner to say.
      error: () => {},
    });
  }

  describe(): string {
    const { origin, number, first, last, client } = this;
    const opener = this.cause.label ?? first;
    const parts = [`connection ${String(number)} to ${origin}, ${this.state}`];
    if (opener !== undefined) parts.push(`opened by ${opener}`);
    if (last !== undefined && last !== opener) parts.push(`last used by ${last}`);
    const holds = client?.heldBy ?? 0;
    if (holds > 0)
      parts.push(`reading stopped by ${String(holds)} hold${holds === 1 ? '' : 's'} not released`);
    return parts.join(', ');
  }

  private get isConnected(): boolean {
    return this.client !== undefined;
  }

  private get state(): string {
    if (!this.run.living.has(this)) return 'closed';
    if (this.isClosed) return 'closed by the client and still open at the server';
    return this.isConnected ? 'still open' : 'not yet connected';
  }

  private close(): void {
    this.isClosed = true;
    this.emit('closed');
  }

  private begin(method: string, target: string): void {
    const label = `${method} ${this.origin}${target}`;
    this.first ??= label;
    this.last = label;
    if (this.run.cause !== this.run.root) this.run.cause.label ??= label;
    if (++this.requests > 1) this.emit('reused');
  }
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
