import { isObservable, take, type Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import type { Connection } from '../message/connection.ts';
import { checkSettings, given, type Check } from '../message/settings.ts';
import { IdleExpiry } from '../transport/idle-expiry.ts';
import type { ListenAddress } from '../transport/transport.ts';
import { Readers } from '../wire/readers.ts';
import { RequestReader, type RequestReaderOptions } from '../wire/request-reader.ts';
import { Arrival } from './arrival.ts';
import type { HttpServerExchange } from './http-server-exchange.ts';
import type { Open } from './open.ts';
import { keepAliveFields } from './response-head.ts';
import { ServerConnection, type ServerConnectionOptions } from './server-connection.ts';
import type { HttpServerSettings } from './server-settings.ts';

/** What happens to a server. */
export type ServerNotification =
  | { readonly type: 'start'; readonly address: ListenAddress }
  | { readonly type: 'exchange'; readonly exchange: HttpServerExchange }
  | {
      readonly type: 'stopping';
      /** Those that are still open. */
      readonly connections: number;
      /** Those that are still under way, and what goes on behind an upgrade. */
      readonly exchanges: number;
    }
  | { readonly type: 'stop' };

/** How a server listens. */
export interface ListenOptions {
  /**
   * Stops the server when it first emits, and loses nothing that was accepted: there are no new connections; what is under
   * way is answered, with `Connection: close`; a connection on which nothing is has `stopGrace` for a request that is on its
   * way already, and then ends. What is left after `stopTimeout` is destroyed.
   */
  readonly stop?: Observable<unknown> | undefined;
}

const CHECKS: Record<keyof ListenOptions, Check> = {
  stop: (value) => (isObservable(value) ? undefined : 'an Observable'),
};

/**
 * When a server is to stop, if it is told.
 *
 * @throws TypeError that names what is wrong
 */
export function stopOf(options: ListenOptions): Observable<unknown> | undefined {
  const told = given(options, 'a server that listens');
  checkSettings(told, CHECKS, 'a server that listens');
  return told.stop;
}

/** What is done with an exchange; and with one whose handler does not begin in time. */
export type Handling = Pick<ServerConnectionOptions, 'handle' | 'onTimeout'>;

/** A server from its start to its stop: its connections, and how they come to their end. */
export class Listening {
  private readonly settings: HttpServerSettings;
  private readonly subscriber: Subscriber<ServerNotification>;
  private readonly connections = new Set<Open>();
  private readonly expiry: IdleExpiry<Open>;
  private readonly options: ServerConnectionOptions;
  private exchanges = 0;
  private isStopping = false;

  /** Listens until the subscriber is closed. */
  constructor(settings: HttpServerSettings, handling: Handling, subscriber: Subscriber<ServerNotification>) {
    this.settings = settings;
    this.subscriber = subscriber;
    this.expiry = new IdleExpiry(settings.scheduler, (connection) => connection.finish());
    this.options = {
      ...settings,
      ...handling,
      readers: new Readers(() => readerOf(settings)),
      keepAlive: keepAliveFields(settings.idleTimeout),
      isStopping: () => this.isStopping,
      onIdle: (connection, isIdle) => {
        if (isIdle) this.expiry.add(connection.place, this.idleTimeout);
        else this.expiry.delete(connection.place);
      },
      onExchange: (isBegun) => (this.exchanges += isBegun ? 1 : -1),
      onGone: (connection) => this.forget(connection),
    };
  }

  /** @param stop - when to stop */
  start(stop: Observable<unknown> | undefined): void {
    const { settings, subscriber } = this;
    const { host, port, transport } = settings;
    subscriber.add(() => {
      for (const connection of this.connections) connection.close();
    });
    const listening = transport.listen({ host, port }).subscribe({
      next: (notification) => {
        switch (notification.type) {
          case 'listening':
            subscriber.next({ type: 'start', address: notification.address });
            return;
          case 'accepted':
            if (this.admit(notification.beneath)) this.arrive(notification.handshake);
            return;
          case 'connection':
            if (this.admit(notification.connection)) this.serve(notification.connection);
        }
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    subscriber.add(listening);
    subscriber.add(
      stop?.pipe(take(1)).subscribe({
        next: () => {
          listening.unsubscribe();
          this.stop(settings.scheduler);
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
  }

  private get idleTimeout(): number | null {
    return this.isStopping ? this.settings.stopGrace : this.settings.idleTimeout;
  }

  /** Whether there is room for a connection; if not, it is broken. */
  private admit(connection: Connection): boolean {
    const { connections, settings } = this;
    const hasRoom = connections.size < settings.maxConnections || this.makeRoom();
    if (!hasRoom) connection.destroy(true);
    return hasRoom;
  }

  private arrive(handshake: Observable<Connection>): void {
    const arrival = new Arrival(handshake, {
      onConnection: (arrived, connection) => {
        this.expiry.delete(arrived.place);
        this.connections.delete(arrived);
        this.serve(connection);
      },
      onGone: (gone) => this.forget(gone),
    });
    this.connections.add(arrival);
    arrival.start();
  }

  private serve(connection: Connection): void {
    const served = new ServerConnection(connection, this.options);
    this.connections.add(served);
    served.start();
  }

  /** Closes the oldest connection on which nothing is under way: who only holds it must not keep others out. */
  private makeRoom(): boolean {
    for (const connection of this.connections) {
      if (!connection.isIdle) continue;
      connection.close();
      return true;
    }
    return false;
  }

  private stop(scheduler: SchedulerLike): void {
    const idle = [...this.connections].filter((connection) => connection.isIdle);
    for (const connection of idle) this.expiry.delete(connection.place);
    this.isStopping = true;
    for (const connection of idle) this.expiry.add(connection.place, this.idleTimeout);
    const { stopTimeout } = this.settings;
    if (stopTimeout !== null) {
      const close = (): void => {
        for (const connection of this.connections) connection.close();
      };
      this.subscriber.add(scheduler.schedule(close, stopTimeout));
    }
    const { connections, exchanges, subscriber } = this;
    subscriber.next({ type: 'stopping', connections: connections.size, exchanges });
    if (connections.size === 0) this.end();
  }

  private forget(connection: Open): void {
    if (!this.connections.delete(connection)) return;
    this.expiry.delete(connection.place);
    this.expiry.settle();
    if (!this.isStopping) return;
    const { connections, exchanges, subscriber } = this;
    if (connections.size === 0) this.end();
    else subscriber.next({ type: 'stopping', connections: connections.size, exchanges });
  }

  private end(): void {
    this.subscriber.next({ type: 'stop' });
    this.subscriber.complete();
  }
}

/** One that waits for a request. */
function readerOf(options: RequestReaderOptions): RequestReader {
  const reader = new RequestReader(options);
  reader.next();
  return reader;
}
