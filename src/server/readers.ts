import { RequestReader, type RequestReaderOptions } from '../wire/request-reader.ts';

/** Readers that are kept for connections to come: as many as are likely to be asked something at once. */
const MOST_SPARE = 64;

/** The readers of a server. A connection has one from the first octet of a request on, and none while it waits for one. */
export class Readers {
  /** What stands for the reader of all that wait: it has nothing, and is given nothing. */
  readonly resting: RequestReader;
  private readonly options: RequestReaderOptions;
  private readonly spare: RequestReader[] = [];

  constructor(options: RequestReaderOptions) {
    this.options = options;
    this.resting = this.fresh();
  }

  /** A reader that waits for a request. */
  take(): RequestReader {
    return this.spare.pop() ?? this.fresh();
  }

  /** Takes back one that waits for a request, and of which nothing is left unread. */
  give(reader: RequestReader): void {
    if (this.spare.length < MOST_SPARE) this.spare.push(reader);
  }

  private fresh(): RequestReader {
    const reader = new RequestReader(this.options);
    reader.next();
    return reader;
  }
}
