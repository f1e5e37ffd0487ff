const SIZE = 65_536;

/**
 * One array for all sockets on which little arrives: a read is delivered before the next one starts. On Windows a read owns
 * its array from when it starts, so that there each socket needs its own.
 */
const shared = process.platform === 'win32' ? undefined : new Uint8Array(SIZE);

/**
 * Where the reads of a socket go. What arrives is copied out of an array that is read into again and again, so that a small
 * answer takes no more than its octets. Behind a read that has filled it more of the kind is to be expected: it goes to
 * arrays that are given away as they are, since copying doubles what a download costs.
 */
export class ReadBuffer {
  private readonly common: Uint8Array = shared ?? new Uint8Array(SIZE);
  private current = this.common;

  /** What the next read goes to. */
  readonly next = (): Uint8Array => this.current;

  /** Octets that were read, to keep. */
  take(length: number): Uint8Array {
    const { common, current } = this;
    const isMuch = length > SIZE / 2;
    this.current = isMuch && (current !== common || length === SIZE) ? unfilled() : common;
    return isMuch && current !== common ? current.subarray(0, length) : copyOf(current, length);
  }
}

/** In Node's pool, if it is small: to make an array takes ten times as long as to copy some hundred octets. */
function copyOf(octets: Uint8Array, length: number): Uint8Array {
  const copy = Buffer.allocUnsafe(length);
  copy.set(octets.subarray(0, length));
  return copy;
}

/** Nobody sees what was there before: a read fills it from its start, and only so much is taken. */
function unfilled(): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(SIZE).buffer);
}
