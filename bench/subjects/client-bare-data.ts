import net from 'node:net';
import { originsOf, pieces, type Exchange, type Task } from './subject.ts';

/** The floor of bodies: a socket with its usual `data` events, which counts octets and looks at none of the content. */
export function prepare(task: Task): Exchange {
  const { hostname, port } = originsOf(task)();
  const { upload, receives = 0 } = task;
  const socket = (kept ??= net.connect({ host: hostname, port, noDelay: true }));
  const host = `Host: ${hostname}:${String(port)}\r\n`;
  return (done) => {
    let left: number | undefined;
    socket.removeAllListeners('data').on('data', (octets: Buffer) => {
      left ??= octets.indexOf('\r\n\r\n') + 4 + receives;
      left -= octets.length;
      if (left === 0) done();
    });
    if (upload === undefined) {
      socket.write(`GET / HTTP/1.1\r\n${host}\r\n`, 'latin1');
    } else {
      socket.write(`PUT / HTTP/1.1\r\n${host}Content-Length: ${String(upload)}\r\n\r\n`, 'latin1');
      send(socket, pieces(upload));
    }
  };
}

let kept: net.Socket | undefined;

function send(socket: net.Socket, content: Iterator<Uint8Array>): void {
  for (let piece = content.next(); piece.done !== true; piece = content.next()) {
    if (!socket.write(piece.value)) {
      socket.once('drain', () => send(socket, content));
      return;
    }
  }
}
