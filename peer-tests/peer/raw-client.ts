import type net from 'node:net';
import { until } from '../until.ts';
import { wire } from './wire.ts';

/** A client that is a bare socket: it sends what it is told to and keeps what it is answered. */
export class RawClient {
  /** All that has arrived, as latin1. */
  received = '';
  /** Whether the server has ended its side. */
  isEnded = false;
  isClosed = false;
  /** The code of the error that broke the connection: ECONNRESET as a rule. */
  fault: string | undefined;

  readonly socket: net.Socket;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (octets) => (this.received += octets.toString('latin1')));
    socket.on('end', () => (this.isEnded = true));
    socket.on('close', () => (this.isClosed = true));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.fault = error.code));
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = wire.connect(port, () => {
        socket.off('error', reject);
        resolve(new RawClient(socket));
      });
      socket.once('error', reject);
    });
  }

  /** Connects, sends, and waits for the server to end the connection. */
  static async ask(port: number, text: string): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.send(text);
    await client.ended();
    client.socket.destroy();
    return client;
  }

  /** @param text - latin1 */
  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Waits until what has arrived contains the text, so many times. */
  has(text: string, times = 1): Promise<void> {
    return until(`${String(times)} × ${JSON.stringify(text)} arrived`, () => this.count(text) >= times);
  }

  /** How often the text has arrived. */
  count(text: string): number {
    return this.received.split(text).length - 1;
  }

  ended(): Promise<void> {
    return until('the server ended the connection', () => this.isEnded || this.isClosed);
  }
}
