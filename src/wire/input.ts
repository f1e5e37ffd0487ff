import type { HttpErrorInit } from '../message/errors.ts';
import { latin1 } from '../message/latin1.ts';

const NOTHING = new Uint8Array(0);
const EXCERPT = 64;

/**
 * What has arrived and is not read yet.
 *
 * Octets are looked at where they lie, and content is a view of them: they are never moved within their array and never
 * overwritten. Only what is cut off by the end of its array is copied, to one that grows by doubling, so that a message
 * dripped octet by octet costs linear time.
 */
export class Input {
  /** The octets not read yet are `bytes[from]` up to, not including, `bytes[to]`. */
  bytes: Uint8Array = NOTHING;
  from = 0;
  to = 0;
  /** Octets read since the start of the message: where an error says it is. */
  offset = 0;

  get length(): number {
    return this.to - this.from;
  }

  push(chunk: Uint8Array): void {
    if (this.from === this.to) {
      this.bytes = chunk;
      this.from = 0;
      this.to = chunk.length;
    } else {
      this.reserve(chunk.length);
      this.bytes.set(chunk, this.to);
      this.to += chunk.length;
    }
  }

  /** Lets go of an array that is read. */
  release(): void {
    if (this.from < this.to) return;
    this.bytes = NOTHING;
    this.from = this.to = 0;
  }

  /** Marks octets as read. */
  take(count: number): void {
    this.from += count;
    this.offset += count;
  }

  /** The octets of `take(count)`, as they lie. Never as a Buffer, even of one, since its `slice` copies nothing. */
  content(count: number): Uint8Array {
    const { bytes, from } = this;
    this.take(count);
    return new Uint8Array(bytes.buffer, bytes.byteOffset + from, count);
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

  private reserve(more: number): void {
    const { length } = this;
    if (this.to + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(256, 2 * (length + more)));
    grown.set(this.bytes.subarray(this.from, this.to));
    this.bytes = grown;
    this.from = 0;
    this.to = length;
  }
}
