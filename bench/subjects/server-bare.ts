import net from 'node:net';
import tls from 'node:tls';
import { CONTENT, fieldsFor, identity, PIECE } from './subject.ts';

/**
 * The floor of servers, and the far end of every client: it answers without having read what it was asked. What ends a
 * request is told by its last octet, which is all that is looked at.
 */
type Respond = (socket: net.Socket, octets: Buffer) => void;

const LF = 0x0a;
const BRACE = 0x7d;

let respond: Respond = answerTo('get');

/** For each of the workloads a different server. */
export function expect(workload: string): void {
  respond = answerTo(workload);
}

function answerTo(workload: string): Respond {
  const [kind = '', amount = ''] = workload.split(':');
  switch (kind) {
    case 'download':
      return download(Number(amount), PIECE, `Content-Length: ${amount}`);
    case 'chunked-64':
      return chunked(Number(amount));
    case 'upload':
      return upload(Number(amount));
    case 'idle':
      return together(Number(amount));
    case 'pipelined':
      return pipelined();
    default:
      return whole(kind.startsWith('post') ? BRACE : LF, canned(fieldsFor(kind)));
  }
}

function canned(fields: ReturnType<typeof fieldsFor>): string {
  const lines = [
    'Content-Type: text/plain',
    `Content-Length: ${String(CONTENT.length)}`,
    'Date: Mon, 01 Jan 2024 00:00:00 GMT',
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  return `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n${CONTENT}`;
}

function whole(last: number, answer: string): Respond {
  return (socket, octets) => {
    if (octets[octets.length - 1] === last) socket.write(answer, 'latin1');
  };
}

function pipelined(): Respond {
  const answer = canned([]);
  return (socket, octets) => {
    let count = 0;
    for (let at = 0; (at = octets.indexOf('\r\n\r\n', at)) >= 0; at += 4) count++;
    socket.write(answer.repeat(count), 'latin1');
  };
}

/** Answers when so many have asked, and until then all of them are connected and wait. */
function together(count: number): Respond {
  const answer = canned([]);
  let waiting: net.Socket[] = [];
  return (socket) => {
    waiting.push(socket);
    if (waiting.length < count) return;
    for (const one of waiting) one.write(answer, 'latin1');
    waiting = [];
  };
}

function download(length: number, piece: Buffer, framing: string, end = ''): Respond {
  return (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n${framing}\r\n\r\n`, 'latin1');
    let left = length;
    const go = (): void => {
      while (left > 0) {
        const part = left < piece.length ? piece.subarray(0, left) : piece;
        left -= part.length;
        if (!socket.write(part)) {
          socket.once('drain', go);
          return;
        }
      }
      if (end !== '') socket.write(end, 'latin1');
    };
    go();
  };
}

/** Chunks of 64 octets, a thousand in each write. */
function chunked(content: number): Respond {
  const chunks = Buffer.from(`40\r\n${'x'.repeat(64)}\r\n`.repeat(1024));
  return download((content / 65_536) * chunks.length, chunks, 'Transfer-Encoding: chunked', '0\r\n\r\n');
}

function upload(length: number): Respond {
  const answer = canned([]);
  const left = new WeakMap<net.Socket, number>();
  return (socket, octets) => {
    const head = left.has(socket) ? 0 : octets.indexOf('\r\n\r\n') + 4;
    const more = (left.get(socket) ?? length) - (octets.length - head);
    if (more > 0) {
      left.set(socket, more);
      return;
    }
    left.delete(socket);
    socket.write(answer, 'latin1');
  };
}

export function listen(): Promise<number> {
  const serve = (socket: net.Socket): void => {
    socket.on('data', (octets) => respond(socket, octets));
    socket.on('error', () => socket.destroy());
  };
  const server =
    identity === undefined
      ? net.createServer({ noDelay: true }, serve)
      : tls.createServer({ noDelay: true, ...identity }, serve);
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () =>
      resolve((server.address() as net.AddressInfo).port),
    );
  });
}
