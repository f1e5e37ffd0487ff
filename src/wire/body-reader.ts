import type { HeaderList } from '../message/headers.ts';
import type { Input } from './input.ts';

export const NO_FIELDS: HeaderList = [];

/** Finds the end of a body by one of the framings (RFC 9112 §6.3). */
export interface BodyReader {
  /** Content that has arrived, to keep; undefined when there is none, or the body is done. */
  read(input: Input): Uint8Array | undefined;
  /** Whether all of it has been read. */
  readonly done: boolean;
  readonly trailers: HeaderList;
}

/** A body of so many octets (RFC 9112 §6.2). */
export class LengthReader implements BodyReader {
  readonly trailers = NO_FIELDS;
  private remaining: number;

  constructor(length: number) {
    this.remaining = length;
  }

  get done(): boolean {
    return this.remaining === 0;
  }

  read(input: Input): Uint8Array | undefined {
    const length = Math.min(this.remaining, input.length);
    if (length === 0) return undefined;
    this.remaining -= length;
    return input.content(length);
  }
}

/** A body that ends with its connection (RFC 9112 §6.3, item 8): only whoever sees the end can say that it is done. */
export class CloseReader implements BodyReader {
  readonly trailers = NO_FIELDS;
  done = false;

  read(input: Input): Uint8Array | undefined {
    return input.length === 0 ? undefined : input.content(input.length);
  }
}
