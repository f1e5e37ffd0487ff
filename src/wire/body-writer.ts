import { BodyLengthError, UnwritableError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import { isOctets } from '../message/octets.ts';
import { CHUNK_END, formatChunkSize, LAST_CHUNK } from './chunked.ts';
import type { Framing } from './framing.ts';
import { formatTrailers } from './message-writer.ts';

/** Takes what is to be sent: octets, or a string of latin1. */
export type Write = (octets: Uint8Array | string) => void;

/** Sends a body in one of the framings, and lets none leave that does not have the length it was said to have. */
export interface BodyWriter {
  chunk(content: Uint8Array): void;
  /** Ends the body. Trailers go where the framing has room for them, and are dropped where the peer could not read them. */
  done(trailers: HeaderList): void;
}

/** The writer for a framing; for none, what is written is dropped. */
export function bodyWriter(framing: Framing | undefined, write: Write): BodyWriter {
  switch (framing?.type) {
    case 'length':
      return new LengthWriter(framing.length, write);
    case 'chunked':
      return new ChunkedWriter(write);
    case 'close':
    case 'tunnel':
      return { chunk: (content) => write(octetsOf(content)), done: ignore };
    case undefined:
      return { chunk: ignore, done: ignore };
  }
}

const ignore = (): void => {};

/** The octets of what callers without types may have filled with anything. */
function octetsOf(content: unknown): Uint8Array {
  if (isOctets(content)) return content;
  throw new UnwritableError('content that is no Uint8Array');
}

/** Sends exactly the octets that Content-Length has announced (RFC 9112 §6.2): one more would start the next message. */
class LengthWriter implements BodyWriter {
  private readonly length: number;
  private readonly write: Write;
  private written = 0;

  constructor(length: number, write: Write) {
    this.length = length;
    this.write = write;
  }

  chunk(content: Uint8Array): void {
    const written = this.written + octetsOf(content).length;
    if (written > this.length)
      throw new BodyLengthError(`${String(written)} octets and more of ${String(this.length)}`);
    this.written = written;
    if (content.length > 0) this.write(content);
  }

  done(trailers: HeaderList): void {
    if (this.written < this.length) {
      throw new BodyLengthError(`only ${String(this.written)} octets of ${String(this.length)}`);
    }
    if (trailers.length > 0) throw new UnwritableError('trailers behind a body with a Content-Length');
  }
}

/** Sends each piece as a chunk of its own (RFC 9112 §7.1); an empty one would end the body, so it is none. */
class ChunkedWriter implements BodyWriter {
  private readonly write: Write;

  constructor(write: Write) {
    this.write = write;
  }

  chunk(content: Uint8Array): void {
    if (octetsOf(content).length === 0) return;
    this.write(formatChunkSize(content.length));
    this.write(content);
    this.write(CHUNK_END);
  }

  done(trailers: HeaderList): void {
    this.write(LAST_CHUNK + formatTrailers(trailers));
  }
}
