import type tls from 'node:tls';
import { Subject } from 'rxjs';
import type { Connection, TlsInfo } from '../message/connection.ts';
import type { HttpError } from '../message/errors.ts';
import { immediate } from './immediate.ts';
import { SocketConnection } from './socket-connection.ts';
import { tlsFault } from './tls-fault.ts';

/** A TLS socket whose handshake is over, on the connection beneath it. */
export class TlsConnection extends SocketConnection {
  readonly tls: TlsInfo;
  private readonly beneath: Connection;

  constructor(socket: tls.TLSSocket, beneath: Connection) {
    const read = new Subject<Uint8Array>();
    socket.on('data', (octets: Uint8Array) => read.next(octets));
    const tls = infoOf(socket);
    super(socket, read, { ...beneath.info, tls });
    this.tls = tls;
    this.beneath = beneath;
    // Of TLS within TLS, Node does not say that it is closed when what is beneath was reset. What else it says comes first.
    beneath.closed.subscribe(() => immediate(() => this.finish()));
  }

  /** Only what is beneath can be reset; TLS has an alert instead, which tells an end from a cut the other way round. */
  override destroy(isCut = false): void {
    if (isCut) this.beneath.destroy(true);
    this.socket.destroy();
  }

  override setIdle(isIdle: boolean): void {
    this.beneath.setIdle(isIdle);
  }

  /** An alert may come when the handshake is over for us: that of a server that wants a certificate does in TLS 1.3. */
  protected override fault(cause: Error): HttpError {
    return tlsFault(cause) ?? super.fault(cause);
  }
}

function infoOf(socket: tls.TLSSocket): TlsInfo {
  const { authorized, alpnProtocol, servername } = socket;
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    alpn: named(alpnProtocol),
    servername: named(servername),
    isResumed: socket.isSessionReused(),
    isAuthorized: authorized,
    get peerCertificate() {
      return socket.getPeerX509Certificate()?.raw;
    },
  };
}

/** Node says false, null or nothing for what there is not. */
function named(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
