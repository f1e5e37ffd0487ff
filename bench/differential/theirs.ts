/**
 * What node:http makes of the same octets, with its default options. It is handed a Duplex instead of a socket, which it
 * takes (`connection` event, `createConnection`): no port, no timer, and so the same result each time.
 */
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { lines, message, pairs, type Message, type Outcome } from './outcome.ts';

/** Turns of the event loop in which whatever follows from pushed octets has happened. */
const TURNS = 20;

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
}

/** The end of a connection that node:http holds. */
class Connection extends Duplex {
  written = '';

  constructor() {
    // As a net.Socket does, each side decides for itself when it ends.
    super({ allowHalfOpen: true });
    this.on('error', () => {});
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.written += chunk.toString('latin1');
    done();
  }

  setTimeout = (): this => this;
  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;
  ref = (): this => this;
  unref = (): this => this;
}

function follow(incoming: IncomingMessage, seen: Message): void {
  incoming.on('data', (chunk: Buffer) => (seen.body += chunk.toString('latin1')));
  incoming.on('end', () => {
    seen.isDone = incoming.complete;
    seen.trailers = lines(pairs(incoming.rawTrailers));
  });
  incoming.on('error', () => {});
}

/** The status by which a handler answers, so that whatever has another is an answer of node:http's own. */
const HANDLED = 299;

export async function readRequests(octets: Buffer, ends: boolean): Promise<Outcome> {
  const outcome: Outcome = { messages: [], end: 'open' };
  const connection = new Connection();
  const server = createServer((incoming, outgoing) => {
    const seen = message(`${incoming.method ?? ''} ${incoming.url ?? ''}`, pairs(incoming.rawHeaders));
    outcome.messages.push(seen);
    follow(incoming, seen);
    incoming.on('end', () => outgoing.writeHead(HANDLED).end());
  });
  server.on('connect', (incoming: IncomingMessage) => {
    outcome.messages.push(
      message(`${incoming.method ?? ''} ${incoming.url ?? ''}`, pairs(incoming.rawHeaders)),
    );
    outcome.end = 'tunnel';
  });
  server.emit('connection', connection);
  connection.push(octets);
  await settle();
  if (ends) connection.push(null);
  await settle();
  if (outcome.end === 'tunnel') return outcome;
  const refusal = Array.from(connection.written.matchAll(/^HTTP\/1\.1 (\d{3}) /gm), ([, status]) => Number(status)).find((status) => status >= 400); // prettier-ignore
  if (refusal !== undefined) outcome.end = `refused, ${refusal}`;
  else if (connection.destroyed || connection.writableEnded) outcome.end = 'closed';
  connection.destroy();
  return outcome;
}

export async function readResponse(method: string, octets: Buffer, ends: boolean): Promise<Outcome> {
  const outcome: Outcome = { messages: [], end: 'open' };
  const connection = new Connection();
  const agent = new Agent({ keepAlive: true });
  Object.assign(agent, { createConnection: () => connection });
  const told = new Set<'free' | 'error' | 'switch'>();
  agent.on('free', () => told.add('free'));
  const outgoing = request({
    method: method === 'UPGRADE' ? 'GET' : method,
    headers: method === 'UPGRADE' ? { Upgrade: 'x', Connection: 'upgrade' } : {},
    path: method === 'CONNECT' ? 'a:1' : '/',
    agent,
  });
  const see = (incoming: {
    statusCode?: number | undefined;
    statusMessage?: string | undefined;
    rawHeaders: string[];
  }): Message => {
    const start = `${incoming.statusCode ?? 0} ${incoming.statusMessage ?? ''}`.trim();
    const seen = message(start, pairs(incoming.rawHeaders));
    outcome.messages.push(seen);
    return seen;
  };
  outgoing.on('information', (incoming) => (see(incoming).isDone = true));
  outgoing.on('response', (incoming) => {
    follow(incoming, see(incoming));
    incoming.on('error', () => told.add('error'));
  });
  outgoing.on('error', () => told.add('error'));
  const onSwitch = (incoming: IncomingMessage): void => {
    see(incoming);
    told.add('switch');
  };
  if (method === 'UPGRADE') outgoing.on('upgrade', onSwitch);
  if (method === 'CONNECT') outgoing.on('connect', onSwitch);
  outgoing.end();
  await settle();
  connection.push(octets);
  await settle();
  if (ends) connection.push(null);
  await settle();
  if (told.has('switch')) outcome.end = 'tunnel';
  else if (told.has('error')) outcome.end = 'refused';
  else if (ends || connection.destroyed || connection.writableEnded) outcome.end = 'closed';
  else if (!told.has('free')) outcome.end = 'open';
  connection.destroy();
  agent.destroy();
  return outcome;
}
