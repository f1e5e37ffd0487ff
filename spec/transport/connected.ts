import { ReplaySubject, zip } from 'rxjs';
import { tcpTransport } from '../../src/transport/tcp.ts';
import type { Connection } from '../../src/message/connection.ts';

const HOST = '127.0.0.1';

/** The near and the far end of a connection over loopback. */
export async function connected(): Promise<{ near: Connection; far: Connection; stop: () => void }> {
  const tcp = tcpTransport();
  const nears = new ReplaySubject<Connection>(1);
  const fars = new ReplaySubject<Connection>(1);
  const listening = tcp.listen({ host: HOST, port: 0 }).subscribe((notification) => {
    if (notification.type === 'connection') {
      fars.next(notification.connection);
    } else if (notification.type === 'listening') {
      tcp.connect(notification.address).subscribe((phase) => {
        if (phase.type === 'connection') nears.next(phase.connection);
      });
    }
  });
  const [near, far] = await new Promise<[Connection, Connection]>((resolve) => {
    zip(nears, fars).subscribe(resolve);
  });
  const stop = (): void => {
    near.destroy();
    far.destroy();
    listening.unsubscribe();
  };
  return { near, far, stop };
}
