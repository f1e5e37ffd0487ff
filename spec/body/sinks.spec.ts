import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { concat, NEVER, Observable, of, Subject, throwError, timer, type Unsubscribable } from 'rxjs';
import {
  concatMapBody,
  fromIterable,
  respond,
  responseBody,
  responseDone,
  responseStart,
  textBody,
  toReadable,
  toWebStream,
  type HttpError,
  type ResponseNotification,
} from 'rxchange';
import { virtually } from '../support/virtually.ts';

const octets = (content: string): Uint8Array => Buffer.from(content, 'latin1');
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** A response of so many pieces of 10,000 octets, and how many of them have been taken from their source. */
function counted(pieces: number): {
  source: Observable<ResponseNotification>;
  taken: () => number;
  isLeft: () => boolean;
} {
  let [taken, isLeft] = [0, false];
  const body = fromIterable(function* () {
    try {
      for (; taken < pieces; taken++) yield Buffer.alloc(10_000, taken);
    } finally {
      isLeft = true;
    }
  });
  return { source: respond(200, { body }), taken: () => taken, isLeft: () => isLeft };
}

/** A response whose source knows no flow. */
const flood = (pieces: number): Observable<ResponseNotification> =>
  of(
    responseStart(200),
    ...Array.from({ length: pieces }, () => responseBody(new Uint8Array(10_000))),
    responseDone(),
  );

interface Sink {
  readonly name: string;
  open: (source: Observable<ResponseNotification>, options?: { maxBufferedBytes: number }) => Opened;
}
interface Opened {
  /** All of it, or an error. */
  all(): Promise<Uint8Array>;
  /** A part of it. */
  some(): Promise<Uint8Array>;
  leave(): void;
}

const SINKS: Sink[] = [
  {
    name: 'a Node stream',
    open: (source, options) => {
      const stream = toReadable(source, options);
      return {
        all: () => buffer(stream),
        some: () =>
          new Promise((resolve) => {
            const read = (): void => {
              const octets = stream.read(10) as Uint8Array | null;
              if (octets === null) stream.once('readable', read);
              else resolve(octets);
            };
            read();
          }),
        leave: () => void stream.destroy(),
      };
    },
  },
  {
    name: 'a web stream',
    open: (source, options) => {
      const stream = toWebStream(source, options);
      return {
        all: async () => {
          const pieces: Uint8Array[] = [];
          for await (const piece of stream) pieces.push(piece);
          return Buffer.concat(pieces);
        },
        some: async () => {
          const reader = stream.getReader();
          const { value = new Uint8Array() } = await reader.read();
          reader.releaseLock();
          return value;
        },
        leave: () => void stream.cancel(),
      };
    },
  },
];

describe.each(SINKS)('content as $name', ({ open }) => {
  test('is all of it', async () => {
    const { source, isLeft } = counted(100);
    const all = await open(source).all();
    expect(all.length).toBe(1_000_000);
    expect([all[0], all[999_999]]).toEqual([0, 99]);
    expect(isLeft()).toBe(true);
    expect((await open(respond(204)).all()).length).toBe(0);
  });

  test('is that of a request, too', async () => {
    expect(Buffer.from(await open(textBody('abc').body as never).all()).toString()).toBe('abc');
  });

  test('begins when it is read, and runs ahead by what fits', async () => {
    const { source, taken, isLeft } = counted(100);
    const opened = open(source);
    await aWhile();
    expect(taken()).toBe(0);
    expect((await opened.some())[0]).toBe(0);
    await aWhile();
    expect(taken()).toBeLessThan(10);
    opened.leave();
    await aWhile();
    expect(isLeft()).toBe(true);
  });

  test('errors with the error of its exchange, behind what came before it', async () => {
    const fault = new Error('reset');
    const cut = concat(
      of(responseStart(200), responseBody(octets('a'))),
      throwError(() => fault),
    );
    await expect(open(cut).all()).rejects.toBe(fault);
    await expect(open(of(responseStart(200))).all()).rejects.toMatchObject({ code: 'BODY_INCOMPLETE' });
  });

  test('refuses what is not successful, and has it in its error', async () => {
    await expect(open(respond(404, textBody('no'))).all()).rejects.toMatchObject({
      code: 'STATUS',
      response: { status: 404, content: octets('no') },
    });
  });

  test('keeps only so much of a source that knows no flow', async () => {
    expect((await open(flood(10)).all()).length).toBe(100_000);
    await expect(open(flood(10), { maxBufferedBytes: 50_000 }).all()).rejects.toMatchObject({
      code: 'BUFFER_FULL',
    });
  });

  test('left before it is read, has begun nothing; left twice, is left', async () => {
    let subscriptions = 0;
    const source = new Observable<ResponseNotification>(() => {
      subscriptions++;
    });
    const opened = open(source);
    opened.leave();
    opened.leave();
    await aWhile();
    expect(subscriptions).toBe(0);
  });

  test('wants a bound that is one', () => {
    expect(() => open(NEVER, { maxBufferedBytes: NaN })).toThrow(RangeError);
  });
});

test('a Node stream that is destroyed with an error abandons its exchange', async () => {
  const { source, isLeft } = counted(100);
  const stream: Readable = toReadable(source);
  stream.on('error', () => undefined);
  stream.once('data', () => stream.destroy(new Error('enough')));
  await aWhile();
  expect(isLeft()).toBe(true);
});

describe('concatMapBody', () => {
  const events = (): { log: string[]; flow: (name: string) => { hold(): Unsubscribable } } => {
    const log: string[] = [];
    return {
      log,
      flow: (name) => ({
        hold: () => {
          log.push(`hold ${name}`);
          return { unsubscribe: () => void log.push(`release ${name}`) };
        },
      }),
    };
  };

  test('holds while a piece is being dealt with, and deals with one at a time', () => {
    const { log, flow } = events();
    virtually(({ cold, expectObservable }) => {
      const source = cold('s-a-b-(d|)', {
        s: responseStart(404),
        a: responseBody(octets('a'), flow('a')),
        b: responseBody(octets('b'), flow('b')),
        d: responseDone(),
      });
      const result = source.pipe(
        concatMapBody((chunk) => {
          log.push(`write ${String(chunk[0])}`);
          return timer(5);
        }),
      );
      expectObservable(result).toBe('-------v----(v|)', { v: 0 });
    });
    expect(log).toEqual(['hold a', 'write 97', 'hold b', 'release a', 'write 98', 'release b']);
  });

  test('unsubscribed, releases what it holds', () => {
    const { log, flow } = events();
    const source = new Subject<ResponseNotification>();
    const subscription = source.pipe(concatMapBody(() => NEVER)).subscribe();
    source.next(responseBody(octets('a'), flow('a')));
    subscription.unsubscribe();
    expect(log).toEqual(['hold a', 'release a']);
  });

  test('errors when its work fails, and lets its source go', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--b-b-(d|)', { b: responseBody(octets('a')), d: responseDone() });
      expectObservable(
        source.pipe(
          concatMapBody(() => {
            throw new RangeError('disk');
          }),
        ),
      ).toBe('--#', {}, new RangeError('disk'));
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  test('keeps only so much of a source that knows no flow', () => {
    let code: unknown;
    flood(10)
      .pipe(concatMapBody(() => NEVER, { maxBufferedBytes: 50_000 }))
      .subscribe({ error: (error: unknown) => (code = (error as HttpError).code) });
    expect(code).toBe('BUFFER_FULL');
  });

  test('goes no deeper for a hundred thousand pieces', () => {
    let count = 0;
    respond(200, { body: fromIterable(Array.from({ length: 100_000 }, () => 'a')) })
      .pipe(concatMapBody(() => of(1)))
      .subscribe(() => count++);
    expect(count).toBe(100_000);
  });
});
