import net from 'node:net';
import { originsOf, requestOf, type Exchange, type Origin, type Task } from './subject.ts';

/** The floor: a socket that writes a canned request and takes each read for a whole answer. It parses nothing. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { content = '' } = task;
  const { method, headers } = requestOf(task);
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const end = `${fields.join('')}\r\n${content}`;
  return (done) => {
    const origin = next();
    const idle = idleSockets(origin);
    const socket = idle.pop() ?? new BareSocket(origin);
    const host = `${origin.hostname}:${String(origin.port)}`;
    socket.exchange(`${method} / HTTP/1.1\r\nHost: ${host}\r\n${end}`, () => {
      idle.push(socket);
      done();
    });
  };
}

const idle = new Map<string, BareSocket[]>();

function idleSockets({ hostname }: Origin): BareSocket[] {
  let sockets = idle.get(hostname);
  if (sockets === undefined) idle.set(hostname, (sockets = []));
  return sockets;
}

const buffer = Buffer.allocUnsafeSlow(65_536);

class BareSocket {
  private readonly socket: net.Socket;
  private answered: () => void = () => undefined;

  constructor({ hostname, port }: Origin) {
    this.socket = net.connect({
      host: hostname,
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: () => {
          this.answered();
          return true;
        },
      },
    });
  }

  exchange(request: string, answered: () => void): void {
    this.answered = answered;
    this.socket.write(request, 'latin1');
  }
}
