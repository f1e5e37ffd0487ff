import net from 'node:net';
import { inLanes, type MakeClient } from './subject.ts';

/** The floor: a socket that writes a canned request and takes each read for a whole answer. It parses nothing. */
export const make: MakeClient = (port) => {
  const request = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${String(port)}\r\n\r\n`;
  const idle: BareSocket[] = [];
  const all: BareSocket[] = [];
  const open = (): BareSocket => {
    const socket = new BareSocket(port, request);
    all.push(socket);
    return socket;
  };
  return {
    run: (count, lanes) =>
      inLanes(count, lanes, (done) => {
        const socket = idle.pop() ?? open();
        socket.exchange(() => {
          idle.push(socket);
          done();
        });
      }),
    close: () => {
      for (const socket of all) socket.close();
    },
  };
};

const buffer = Buffer.allocUnsafeSlow(65_536);

class BareSocket {
  private readonly socket: net.Socket;
  private readonly request: string;
  private answered: () => void = () => undefined;

  constructor(port: number, request: string) {
    this.request = request;
    this.socket = net.connect({
      host: '127.0.0.1',
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

  exchange(answered: () => void): void {
    this.answered = answered;
    this.socket.write(this.request, 'latin1');
  }

  close(): void {
    this.socket.destroy();
  }
}
