import type { HttpErrorInit } from '../message/errors.ts';
import { latin1 } from '../message/latin1.ts';

const NOTHING = new Uint8Array(0);
const EXCERPT = 64;

/**
 * What has arrived and is not read yet.
 *
 * Octets are looked at where they lie: a pushed array is borrowed, and only what is left of it when its owner wants it
 * back is copied aside ({@link Input.keep}), or what is content. Copied octets are never moved within their array and never
 * overwritten, so that content stays true; the array grows by doubling, so that a message dripped octet by octet costs
 * linear time.
 */
export class Input {
  /** The octets not read yet are `bytes[from]` up to, not including, `bytes[to]`. */
  bytes: Uint8Array = NOTHING;
  from = 0;
  to = 0;
  /** Octets read since the start of the message: where an error says it is. */
  offset = 0;
  private owned = false;

  get length(): number {
    return this.to - this.from;
  }

  push(chunk: Uint8Array): void {
    if (this.from === this.to) {
      this.bytes = chunk;
      this.from = 0;
      this.to = chunk.length;
      this.owned = false;
    } else {
      this.reserve(chunk.length);
      this.bytes.set(chunk, this.to);
      this.to += chunk.length;
    }
  }

  /** Copies what is borrowed and not read yet, so that its owner can use the array again. */
  keep(): void {
    if (this.from === this.to) {
      this.bytes = NOTHING;
      this.from = this.to = 0;
    } else {
      this.reserve(0);
    }
  }

  /** Marks octets as read. */
  take(count: number): void {
    this.from += count;
    this.offset += count;
  }

  /**
   * The octets of `take(count)`, to keep. Of borrowed ones, all that are here are copied at once: one array for a read,
   * however many chunks there are in it. Never a Buffer, even of one, whose `slice` copies nothing.
   */
  content(count: number): Uint8Array {
    if (!this.owned) this.own();
    const { bytes, from } = this;
    this.take(count);
    return count === bytes.length ? bytes : bytes.subarray(from, from + count);
  }

  /** As latin1: a code unit an octet, so that no octet is lost (RFC 9112 §2.2). */
  text(start: number, end: number): string {
    return latin1(this.bytes, this.from + start, this.from + end);
  }

  /** Where an error is that was found `ahead` octets behind what has been read. */
  at(ahead: number): Pick<HttpErrorInit, 'offset' | 'excerpt'> {
    const start = Math.min(this.from + ahead, this.to);
    return {
      offset: this.offset + ahead,
      excerpt: latin1(this.bytes, start, Math.min(start + EXCERPT, this.to)),
    };
  }

  private own(): void {
    const { bytes, from, length } = this;
    const own = new Uint8Array(length);
    own.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, length));
    this.bytes = own;
    this.from = 0;
    this.to = length;
    this.owned = true;
  }

  private reserve(more: number): void {
    const { length } = this;
    if (this.owned && this.to + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(256, 2 * (length + more)));
    grown.set(this.bytes.subarray(this.from, this.to));
    this.bytes = grown;
    this.from = 0;
    this.to = length;
    this.owned = true;
  }
}
