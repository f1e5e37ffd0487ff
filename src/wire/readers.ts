/** Readers that are kept for connections to come: as many as are likely to be in the middle of a message at once. */
const MOST_SPARE = 64;

/**
 * The readers of all connections of a client or a server. One has a reader while it is in the middle of an exchange, and none
 * while it is idle: it would be a third of what an idle connection takes.
 */
export class Readers<Reader> {
  /** What stands for the reader of all that are idle: it has nothing, and is given nothing. */
  readonly resting: Reader;
  private readonly make: () => Reader;
  private readonly spare: Reader[] = [];

  /** @param make - makes a reader that waits for a message */
  constructor(make: () => Reader) {
    this.make = make;
    this.resting = make();
  }

  /** A reader that waits for a message. */
  take(): Reader {
    return this.spare.pop() ?? this.make();
  }

  /** Takes back one that waits for a message, and of which nothing is left unread. */
  give(reader: Reader): void {
    if (this.spare.length < MOST_SPARE) this.spare.push(reader);
  }
}
