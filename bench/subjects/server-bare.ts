import net from 'node:net';

/**
 * The server that all clients are measured against: a canned answer to each read, which it takes for one request. As a
 * process of its own, it costs every client the same.
 */
const CONTENT = 'hello, world!';
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${String(CONTENT.length)}\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n\r\n${CONTENT}`;

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(ANSWER, 'latin1'));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as net.AddressInfo).port });
});
process.on('disconnect', () => process.exit());
