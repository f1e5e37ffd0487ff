import type net from 'node:net';
import { throwError } from 'rxjs';
import { TlsError } from '../message/errors.ts';
import { connectSocket } from './connect-socket.ts';
import { listenSocket } from './listen-socket.ts';
import type { ListenAddress, Transport } from './transport.ts';

/** TCP, by `node:net`. It speaks in the clear, and refuses what asks for `https`. */
export function tcpTransport(): Transport {
  return {
    connect: ({ scheme, host, port }) =>
      scheme === 'https'
        ? throwError(() => new TlsError('TCP alone does not secure'))
        : connectSocket({ host, port, noDelay: true }),
    listen: ({ host, port }) => listenSocket({ host, port }, addressOf),
  };
}

function addressOf(server: net.Server): ListenAddress {
  const { address: host, port } = server.address() as net.AddressInfo;
  return { host, port };
}
