import { ReadableStream } from 'node:stream/web';
import { describe, expect, test } from '@jest/globals';
import { firstValueFrom, lastValueFrom, take, toArray, type Observable, type Unsubscribable } from 'rxjs';
import { fromIterable, fromWebStream, requestDone, type RequestBody, type RequestDone } from 'rxchange';

type Body = Observable<RequestBody | RequestDone>;

const NOTHING = { defaultValue: [] };
const shown = (part: RequestBody | RequestDone): string =>
  part.type === 'request_body' ? Buffer.from(part.chunk).toString('latin1') : 'done';
const all = async (body: Body): Promise<string[]> =>
  (await lastValueFrom(body.pipe(toArray()), NOTHING)).map(shown);
/** Long enough for promises that are settled. */
const aWhile = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A source of the pieces a, b, and how it is seen to be left. */
interface Source {
  readonly name: string;
  make: (events: string[]) => Body;
}

function* pieces(events: string[]): Generator<string, void> {
  try {
    yield 'a';
    events.push('asked for more');
    yield 'b';
    events.push('asked for the end');
  } finally {
    events.push('left');
  }
}

const SOURCES: Source[] = [
  { name: 'an iterable', make: (events) => fromIterable(() => pieces(events)) },
  {
    name: 'an asynchronous iterable',
    make: (events) =>
      // eslint-disable-next-line @typescript-eslint/require-await -- what it yields is awaited
      fromIterable(async function* () {
        yield* pieces(events);
      }),
  },
  {
    name: 'a web stream',
    make: (events) =>
      fromWebStream(() => {
        const source = pieces(events);
        return new ReadableStream<string>(
          {
            pull: (controller) => {
              const { done, value } = source.next();
              if (done === true) controller.close();
              else controller.enqueue(value);
            },
            cancel: () => void source.return(),
          },
          { highWaterMark: 0 },
        );
      }),
  },
];

describe.each(SOURCES)('a body of $name', ({ make }) => {
  test('is all of it, each time', async () => {
    const body = make([]);
    expect(await all(body)).toEqual(['a', 'b', 'done']);
    expect(await all(body)).toEqual(['a', 'b', 'done']);
  });

  test('asks for nothing while it is held, and says nothing, its end included', async () => {
    const events: string[] = [];
    const holds: (Unsubscribable | undefined)[] = [];
    make(events).subscribe((part) => {
      events.push(shown(part));
      if (part.type === 'request_body') holds.push(part.flow?.hold(), part.flow?.hold());
    });
    await aWhile();
    expect(events).toEqual(['a']);
    holds[0]?.unsubscribe();
    holds[0]?.unsubscribe();
    await aWhile();
    expect(events).toEqual(['a']);
    holds[1]?.unsubscribe();
    await aWhile();
    expect(events).toEqual(['a', 'asked for more', 'b']);
    for (const hold of holds) hold?.unsubscribe();
    await aWhile();
    expect(events).toEqual(['a', 'asked for more', 'b', 'asked for the end', 'left', 'done']);
  });

  test('unsubscribed within a piece, leaves its source at once', async () => {
    const events: string[] = [];
    make(events)
      .pipe(take(1))
      .subscribe((part) => {
        events.push(shown(part));
        setImmediate(() => events.push('later'));
      });
    await aWhile();
    expect(events.slice(0, 2)).toEqual(['a', 'left']);
    await aWhile();
    expect(events).toEqual(['a', 'left', 'later']);
  });
});

describe('a body of an iterable', () => {
  test('goes no deeper for a hundred thousand pieces, each held and released', () => {
    let count = 0;
    fromIterable(Array.from({ length: 100_000 }, () => 'a')).subscribe((part) => {
      count++;
      if (part.type === 'request_body') part.flow?.hold().unsubscribe();
    });
    expect(count).toBe(100_001);
  });

  test('goes no deeper where each release comes from outside', () => {
    let count = 0;
    let hold: Unsubscribable | undefined;
    fromIterable(Array.from({ length: 100_000 }, () => 'a')).subscribe((part) => {
      count++;
      if (part.type === 'request_body') hold = part.flow?.hold();
    });
    for (let times = 0; times < 100_000; times++) hold?.unsubscribe();
    expect(count).toBe(100_001);
  });

  test('errors with what its iterator throws, when it is asked and when it is made', async () => {
    const fault = new Error('query');
    await expect(
      all(
        fromIterable(function* () {
          yield 'a';
          throw fault;
        }),
      ),
    ).rejects.toBe(fault);
    await expect(
      all(
        fromIterable(() => {
          throw fault;
        }),
      ),
    ).rejects.toBe(fault);
    await expect(
      all(
        // eslint-disable-next-line @typescript-eslint/require-await -- it fails before it could wait
        fromIterable(async function* () {
          yield 'a';
          throw fault;
        }),
      ),
    ).rejects.toBe(fault);
  });

  test('errors with a TypeError for what is no content, and leaves its source', async () => {
    const events: string[] = [];
    const body = fromIterable(function* () {
      try {
        yield 1 as unknown as string;
      } finally {
        events.push('left');
      }
    });
    await expect(all(body)).rejects.toThrow(/not number/);
    expect(events).toEqual(['left']);
  });

  test.each([
    [
      'an iterable',
      function* () {
        try {
          yield 'a';
        } finally {
          // eslint-disable-next-line no-unsafe-finally -- that is what is tried
          throw new Error('badly left');
        }
      },
    ],
    [
      'an asynchronous iterable',
      // eslint-disable-next-line @typescript-eslint/require-await -- what it yields is awaited
      async function* () {
        try {
          yield 'a';
        } finally {
          // eslint-disable-next-line no-unsafe-finally -- that is what is tried
          throw new Error('badly left');
        }
      },
    ],
  ])('unsubscribed, hears nothing of %s that fails when it is left', async (_, make) => {
    expect(shown(await firstValueFrom(fromIterable(make), { defaultValue: requestDone() }))).toBe('a');
    await aWhile();
  });
});

describe('a body of a web stream', () => {
  test('cancels it at once when it is unsubscribed, though a piece is waited for', async () => {
    const events: string[] = [];
    const stream = new ReadableStream<string>({ cancel: () => void events.push('cancelled') });
    fromWebStream(stream).subscribe().unsubscribe();
    await aWhile();
    expect(events).toEqual(['cancelled']);
  });

  test('errors with the error of the stream', async () => {
    const fault = new Error('net');
    const stream = new ReadableStream<string>({ start: (controller) => controller.error(fault) });
    await expect(all(fromWebStream(stream))).rejects.toBe(fault);
  });

  test('is had once where the stream is open already', async () => {
    const body = fromWebStream(new Blob(['abc']).stream() as ReadableStream<Uint8Array>);
    expect(await all(body)).toEqual(['abc', 'done']);
    await expect(all(body)).rejects.toMatchObject({ code: 'BODY_NOT_REPEATABLE' });
  });
});
