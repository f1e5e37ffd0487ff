import { ChunkError } from '../message/errors.ts';
import { NO_FIELDS, type BodyReader } from './body-reader.ts';
import type { FieldSection } from './field-section.ts';
import { CR, HEX_VALUES, LF } from './grammar.ts';
import type { Input } from './input.ts';
import type { WireLimits } from './limits.ts';
import { Line } from './line.ts';

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';

/** `chunk-ext` (RFC 9112 §7.1.1), with the whitespace that it calls bad at the places where it allows it. */
const EXTENSIONS = new RegExp(`^(?:[ \\t]*;[ \\t]*${TOKEN}(?:[ \\t]*=[ \\t]*(?:${TOKEN}|${QUOTED}))?)+$`);

/** Octets up to which a size is surely a number that is exact. */
const PLAIN_DIGITS = 8;

/**
 * Reads a body in the chunked coding (RFC 9112 §7.1) and the trailer section behind it.
 *
 * Nothing is lenient here: a chunk that two parsers read differently is how a request is smuggled past one of them. The
 * size is digits and nothing else, and CRLF stands where the size says. Extensions are checked and dropped.
 */
export class ChunkedReader implements BodyReader {
  done = false;
  trailers = NO_FIELDS;

  private readonly limits: WireLimits;
  private readonly section: FieldSection;
  private readonly line: Line;
  private state: 'size' | 'data' | 'data-end' | 'trailers' = 'size';
  private size = 0;
  private extensions = 0;

  constructor(input: Input, limits: WireLimits, section: FieldSection) {
    this.limits = limits;
    this.section = section;
    this.line = new Line(input, limits.chunkLine, { octet: ChunkError, length: ChunkError });
  }

  read(input: Input): Uint8Array | undefined {
    for (;;) {
      switch (this.state) {
        case 'size': {
          if (!this.takePlainSize(input)) {
            const ending = this.line.find();
            if (ending === 0) return undefined;
            this.size = this.parseSize(input);
            this.line.take(ending);
          }
          this.state = this.size === 0 ? 'trailers' : 'data';
          break;
        }
        case 'data': {
          const length = Math.min(this.size, input.length);
          if (length === 0) return undefined;
          this.size -= length;
          if (this.size === 0) this.state = 'data-end';
          return input.content(length);
        }
        case 'data-end': {
          const { bytes, from, length } = input;
          if (length > 0 && bytes[from] !== CR) throw new ChunkError('no CRLF behind the data', input.at(0));
          if (length > 1 && bytes[from + 1] !== LF)
            throw new ChunkError('no CRLF behind the data', input.at(1));
          if (length < 2) return undefined;
          input.take(2);
          this.state = 'size';
          break;
        }
        case 'trailers': {
          const trailers = this.section.read(true);
          if (trailers === undefined) return undefined;
          this.trailers = trailers;
          this.done = true;
          return undefined;
        }
      }
    }
  }

  /** Nearly every chunk line is whole, and a few digits alone: one look at each of its octets, and no line is kept. */
  private takePlainSize(input: Input): boolean {
    const { bytes, from, to } = input;
    const end = Math.min(to, from + PLAIN_DIGITS, from + this.limits.chunkLine);
    let size = 0;
    let at = from;
    for (; at < end; at++) {
      const value = HEX_VALUES[bytes[at]];
      if (value < 0) break;
      size = size * 16 + value;
    }
    const isPlain = at > from && at + 1 < to && bytes[at] === CR && bytes[at + 1] === LF;
    if (!isPlain || this.line.length > 0) return false;
    this.size = size;
    input.take(at + 2 - from);
    return true;
  }

  /** `chunk-size [ chunk-ext ]`, where size is `1*HEXDIG` up to 2^53 − 1. */
  private parseSize(input: Input): number {
    const { bytes, from } = input;
    const { length } = this.line;
    let size = 0;
    let digits = 0;
    for (; digits < length; digits++) {
      const value = HEX_VALUES[bytes[from + digits]];
      if (value < 0) break;
      size = size * 16 + value;
      if (size > Number.MAX_SAFE_INTEGER) throw new ChunkError('the size is too large', input.at(digits));
    }
    if (digits === 0) throw new ChunkError('a size is hexadecimal digits', input.at(0));
    if (digits < length) {
      this.extensions += length - digits;
      if (this.extensions > this.limits.chunkExtensions) {
        throw new ChunkError(
          `extensions of more than ${String(this.limits.chunkExtensions)} octets`,
          input.at(digits),
        );
      }
      if (!EXTENSIONS.test(input.text(digits, length))) {
        throw new ChunkError('neither a line end nor an extension behind the size', input.at(digits));
      }
    }
    return size;
  }
}

/** The line before a chunk; the data is followed by {@link CHUNK_END}. */
export function formatChunkSize(length: number): string {
  return `${length.toString(16)}\r\n`;
}

export const CHUNK_END = '\r\n';
export const LAST_CHUNK = '0\r\n';
