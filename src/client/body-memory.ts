import { BodyNotRepeatableError } from '../message/errors.ts';

/** Octets by which a body is told from another. */
const REMEMBERED = 64;

/**
 * What is known of a body that has been produced once, to tell whether a repeat is the same: a source that can be
 * subscribed to only once comes out empty or cut the second time, and must not leave so.
 */
export class BodyMemory {
  /** The most octets that any attempt has produced. */
  produced = 0;
  /** The first of them. */
  private first: Uint8Array | undefined;

  get beginning(): Uint8Array {
    return (this.first ??= new Uint8Array(REMEMBERED));
  }

  /** Begins to compare another production of the body. */
  repeat(): BodyRepeat {
    return new BodyRepeat(this);
  }
}

/** One production of a body. */
export class BodyRepeat {
  private readonly memory: BodyMemory;
  private produced = 0;

  constructor(memory: BodyMemory) {
    this.memory = memory;
  }

  /** @throws BodyNotRepeatableError when the body begins otherwise than before */
  chunk(content: Uint8Array): void {
    const { memory, produced } = this;
    const known = Math.min(memory.produced, REMEMBERED);
    for (let at = produced; at < REMEMBERED && at < produced + content.length; at++) {
      const octet = content[at - produced];
      if (at >= known) memory.beginning[at] = octet;
      else if (memory.beginning[at] !== octet) {
        throw new BodyNotRepeatableError(`octet ${String(at)} is another than the first time`);
      }
    }
    this.produced += content.length;
    memory.produced = Math.max(memory.produced, this.produced);
  }

  /** @throws BodyNotRepeatableError when the body is shorter than what it has been before */
  end(): void {
    const { produced, memory } = this;
    if (produced < memory.produced) {
      throw new BodyNotRepeatableError(
        `${String(produced)} octets where there were ${String(memory.produced)} before`,
      );
    }
  }
}
