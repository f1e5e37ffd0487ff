import { map, tap } from 'rxjs';
import { tcpTransport, type Connection, type ConnectNotification, type Transport } from '../../src/index.ts';

/** Counts the connections that were kept and died when they were asked again, without an octet of answer. */
export interface StaleCount {
  readonly transport: Transport;
  readonly met: number;
}

export function staleCount(): StaleCount {
  const tcp = tcpTransport();
  let met = 0;
  const watch = (connection: Connection): Connection => {
    let hasAnswered = false;
    let isAsking = false;
    const die = (): void => {
      if (hasAnswered && isAsking) met++;
      isAsking = false;
    };
    const write = connection.write.bind(connection);
    const read = connection.read.pipe(
      tap({
        next: () => {
          hasAnswered = true;
          isAsking = false;
        },
        complete: die,
        error: die,
      }),
    );
    return Object.assign(Object.create(connection) as Connection, {
      read,
      write: (octets: Uint8Array | string): boolean => {
        isAsking = true;
        return write(octets);
      },
    });
  };
  const transport: Transport = {
    listen: (address) => tcp.listen(address),
    connect: (target) =>
      tcp
        .connect(target)
        .pipe(
          map((phase): ConnectNotification =>
            phase.type === 'connection' ? { ...phase, connection: watch(phase.connection) } : phase,
          ),
        ),
  };
  return {
    transport,
    get met() {
      return met;
    },
  };
}
