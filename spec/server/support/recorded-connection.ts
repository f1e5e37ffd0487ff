import { Subject } from 'rxjs';
import type { Connection, ConnectionInfo } from 'rxchange';

/* eslint-disable rxjs-x/no-exposed-subjects -- the test is the wire */

/** A connection that is a record: nothing leaves it by itself. */
export class RecordedConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly read = new Subject<Uint8Array>();
  readonly drained = new Subject<void>();
  readonly closed = new Subject<void>();
  buffered = 0;
  /** What was written, as latin1. */
  text = '';
  /** What was done to it, in order. */
  readonly done: string[] = [];
  /** How many stop the reading. */
  holds = 0;

  constructor(info: ConnectionInfo = {}) {
    this.info = info;
  }

  write(octets: Uint8Array | string): boolean {
    this.buffered += octets.length;
    this.text += Buffer.from(octets as string, 'latin1').toString('latin1');
    return this.buffered < 16_384;
  }

  /** All that was written has left. */
  drain(): void {
    this.buffered = 0;
    this.drained.next();
  }

  hold() {
    this.holds++;
    return { unsubscribe: () => this.holds-- };
  }

  end(): void {
    this.done.push('end');
  }

  destroy(isCut = false): void {
    this.done.push(isCut ? 'cut' : 'destroy');
  }

  setIdle(): void {}
}
