import { describe, expect, test } from '@jest/globals';
import { concat, EMPTY, map, NEVER, of, take, throwError, timer, type Observable } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import {
  ConnectionResetError,
  FieldLineError,
  recordMarbles,
  replay,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type HttpRequest,
  type Recording,
  type RecordMarblesOptions,
  type ResponseNotification,
} from 'rxchange';

const GET: HttpRequest = { method: 'GET', uri: 'http://origin/', headers: [] };

const body = (text: string): ResponseNotification => responseBody(new TextEncoder().encode(text));

const values = {
  i: responseNonfinal(103),
  s: responseStart(200, [['A', ' b']]),
  b: body('first'),
  e: body('second'),
  f: body('third'),
  d: responseDone([['T', ' u']]),
};

function run(work: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work);
}

/** What was recorded of a source that was subscribed to as `subscription` says. */
function record(
  source: (helpers: RunHelpers) => Observable<ResponseNotification>,
  { subscription = '^', ...options }: RecordMarblesOptions & { subscription?: string | undefined } = {},
): Recording {
  const recordings: Recording[] = [];
  run((helpers) => {
    const observed = source(helpers).pipe(recordMarbles((recording) => recordings.push(recording), options));
    // Only subscribed to: what it emits is looked at in the recording.
    helpers.expectObservable(observed, subscription);
  });
  expect(recordings).toHaveLength(1);
  return recordings[0];
}

/** What a recording says of a cold observable that goes as the diagram says. */
function recordCold(diagram: string, error?: unknown, subscription?: string): Recording {
  return record(({ cold }) => cold(diagram, values, error), { subscription });
}

describe('recordMarbles writes the diagram of', () => {
  test.each([
    ['an exchange', '--s-b-e-(d|)'],
    ['one that answers within the frame', '(sbd|)'],
    ['interim responses', '-i-i--s-(d|)'],
    ['a slow body', '--s 499ms b 60005ms e 3600000ms (d|)'],
    ['silence before all', '12345ms (sbd|)'],
    ['equal chunks', '--s-b-b-e-b-(d|)'],
    ['a group with something right behind its width', '(sb)e-(d|)'],
    ['groups between silences', '---(sb)----------(ef) 11ms (d|)'],
    ['nothing but the end', '---|'],
  ])('%s', (_name, diagram) => {
    const recording = recordCold(diagram);
    expect(recording.marbles).toBe(diagram);
    expect(recording.subscription).toBe('^');
  });

  test('an error, with the error itself', () => {
    const error = new ConnectionResetError('gone');
    const recording = recordCold('--s-b 60000ms #', error);
    expect(recording.marbles).toBe('--s-b 60000ms #');
    expect(recording.error).toBe(error);
  });

  test('an error in the frame of a chunk', () => {
    expect(recordCold('--s-(b#)', new ConnectionResetError()).marbles).toBe('--s-(b#)');
  });

  test('an exchange that is unsubscribed: what came, and when it was left', () => {
    const recording = recordCold('--s-b-e-(d|)', undefined, '^-----!');
    expect(recording).toMatchObject({ marbles: '--s-b', subscription: '^-----!' });
    expect(recordCold('--s', undefined, '^ 70000ms !')).toMatchObject({
      marbles: '--s',
      subscription: '^ 70000ms !',
    });
    expect(recordCold('--s', undefined, '(^!)')).toMatchObject({ marbles: '', subscription: '(^!)' });
  });

  test('an exchange that is left from inside a notification: `!` stands behind it', () => {
    const left = (diagram: string, count: number): Recording => {
      const recordings: Recording[] = [];
      run(({ cold, expectObservable }) => {
        const source = cold(diagram, values).pipe(recordMarbles((recording) => recordings.push(recording)));
        expectObservable(source.pipe(take(count)));
      });
      return recordings[0];
    };
    expect(left('--s-b-(d|)', 2)).toMatchObject({ marbles: '--s-b', subscription: '^----!' });
    expect(left('--s-b-e-(d|)', 3)).toMatchObject({ marbles: '--s-b-e', subscription: '^------!' });
    expect(left('(sbd|)', 2)).toMatchObject({ marbles: '(sb)', subscription: '!'.padStart(2, '^') });
  });
});

describe('what comes within the width of a group', () => {
  const at = (frame: number, notification: ResponseNotification): Observable<ResponseNotification> =>
    timer(frame).pipe(map(() => notification));
  const { s, b, e, f, d } = values;

  test('is written behind it, and the next silence is shorter', () => {
    const { marbles } = record(() => concat(of(s, b), at(1, e), at(1, f), at(18, d)));
    // s and b at 0; e at 1 and f at 2 are late by 3; d and the end at 20 are where they were.
    expect(marbles).toBe('(sb)ef 14ms (d|)');
  });

  test('never makes a later silence longer, and does not add up', () => {
    const burst = concat(of(b, e), at(1, f), at(99, s));
    const { marbles } = record(() => concat(burst, burst, burst));
    const frames: number[] = [];
    run(({ cold, expectObservable }) => {
      const scheduled = cold(marbles, values);
      expectObservable(scheduled);
      for (const { frame } of scheduled.messages) frames.push(frame);
    });
    expect(frames).toEqual([0, 0, 4, 100, 100, 100, 105, 200, 200, 200, 205, 300, 300]);
  });
});

describe('a letter', () => {
  test('is that of the type for its first value, then the next that is free; equal values share it', () => {
    const anomaly: ResponseNotification = { type: 'response_anomaly', error: new FieldLineError() };
    const chunks = ['one', 'two', 'one', 'three', 'two'].map(body);
    const recording = record(() =>
      of(responseNonfinal(103), responseNonfinal(100), anomaly, values.s, ...chunks, values.d),
    );
    expect(recording.marbles).toBe('(ieasbfbgfd|)');
    expect(recording.values).toEqual({
      a: anomaly,
      i: responseNonfinal(103),
      e: responseNonfinal(100),
      s: values.s,
      b: body('one'),
      f: body('two'),
      g: body('three'),
      d: values.d,
    });
  });

  test('is never missing: two thousand chunks, each another', () => {
    const chunks = Array.from({ length: 2000 }, (_, index) => body(String(index)));
    const recording = record(() => of(...chunks));
    expect(new Set(Object.keys(recording.values)).size).toBe(2000);
    run(({ cold, expectObservable }) => {
      expectObservable(cold(recording.marbles, recording.values)).toEqual(of(...chunks));
    });
  });

  /** What is recorded of notifications when these are kept of them, and as many as there are. */
  const recordKept = (...kept: unknown[]): Recording<unknown> => {
    const recordings: Recording<unknown>[] = [];
    const left = [...kept];
    const options = { value: () => left.shift(), scheduler: { now: () => 0 } };
    of(...kept.map(() => values.b))
      .pipe(recordMarbles((recording) => recordings.push(recording), options))
      .subscribe();
    return recordings[0];
  };

  test('is shared by what is equal to one of the letters up to Z: nobody reads more of them', () => {
    const chunks = Array.from({ length: 60 }, (_, index) => ({ index }));
    const { marbles } = recordKept(...chunks, { index: 46 }, { index: 47 });
    expect([marbles[47], marbles[61]]).toEqual(['Z', 'Z']);
    expect(marbles[62]).not.toBe(marbles[48]);
  });

  test('behind Z is an ideograph, and never half of a pair of surrogates', () => {
    const letters = Object.keys(recordKept(...Array(36_000).keys()).values);
    expect(letters[47]).toBe('\u4e00');
    expect(letters[47 + 0xd800 - 0x4e00]).toBe('\ue000');
  });

  const error = new RangeError('mine');
  test.each<[boolean, unknown, unknown]>([
    [true, { a: [1, { b: 'c' }] }, { a: [1, { b: 'c' }] }],
    [true, NaN, NaN],
    [true, error, error],
    [true, { a: null }, { a: null }],
    [true, Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
    [false, Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
    [false, Uint8Array.of(1, 2), Uint8Array.of(1)],
    [false, Uint8Array.of(1), Uint8Array.of(1, 2)],
    [false, error, new RangeError('mine')],
    [false, { a: 1 }, { a: 1, b: 2 }],
    [false, { a: 1, b: 2 }, { a: 1 }],
    [false, [], {}],
    [false, {}, null],
    [false, null, {}],
    [false, {}, undefined],
    [false, undefined, {}],
    [false, 1, '1'],
  ])('is the same, %p, for %p and %p', (isSame, a, b) => {
    expect(recordKept(a, b).marbles).toBe(isSame ? '(bb|)' : '(be|)');
  });

  test('stands for what `value` keeps, if that is given', () => {
    const recordings: Recording<string>[] = [];
    const value = (notification: ResponseNotification): string => notification.type;
    run(({ expectObservable }) => {
      const source = of(values.s, values.b, values.e, values.d);
      expectObservable(source.pipe(recordMarbles((recording) => recordings.push(recording), { value })));
    });
    expect(recordings).toMatchObject([
      { marbles: '(sbbd|)', values: { s: 'response_start', b: 'response_body', d: 'response_done' } },
    ]);
  });

  test('keeps a chunk as it came, whatever its consumer makes of it, and not its flow', () => {
    const chunk = new Uint8Array([1, 2, 3]);
    const flow = { hold: () => ({ unsubscribe: () => {} }) };
    const recordings: Recording[] = [];
    of(responseBody(chunk, flow))
      .pipe(recordMarbles((recording) => recordings.push(recording)))
      .subscribe((notification) => {
        expect(notification).toEqual({ type: 'response_body', chunk, flow });
        chunk.fill(0);
      });
    expect(recordings[0].values).toEqual({ b: { type: 'response_body', chunk: new Uint8Array([1, 2, 3]) } });
  });
});

describe('frames', () => {
  test('of 10 ms hold what comes within 10 ms', () => {
    const recording = record(({ cold }) => cold('s 8ms b-----e 983ms (d|)', values), { frame: 10 });
    expect(recording).toMatchObject({ marbles: '(sb)e 94ms (d|)', frame: 10 });
  });

  test.each([0, -1, NaN, Infinity])('of %p ms are wrong use', (frame) => {
    expect(() => recordMarbles(() => {}, { frame })).toThrow(new RangeError(`a frame of ${frame} ms`));
  });

  test('do not go back with the clock', () => {
    const times = [1000, 1005, 900, 1008];
    const recordings: Recording[] = [];
    of(values.s, values.b)
      .pipe(
        recordMarbles((recording) => recordings.push(recording), {
          scheduler: { now: () => times.shift() ?? 0 },
        }),
      )
      .subscribe();
    expect(recordings[0].marbles).toBe('-----(sb)|');
  });
});

describe('recordMarbles leaves an exchange as it is', () => {
  test('the same notifications in the same frames, and one subscription', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--s-b 100ms e-(d|)', values);
      expectObservable(source.pipe(recordMarbles(() => {}))).toBe('--s-b 100ms e-(d|)', values);
      expectSubscriptions(source.subscriptions).toBe('^ 106ms !');
    });
  });

  test('left by its consumer, leaves its source in that frame', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--s-b-e-(d|)', values);
      expectObservable(source.pipe(recordMarbles(() => {})), '^-----!').toBe('--s-b', values);
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  test('each subscription is recorded by itself', () => {
    const recordings: Recording[] = [];
    run(({ cold, expectObservable }) => {
      const source = cold('--s-(d|)', values).pipe(recordMarbles((recording) => recordings.push(recording)));
      expectObservable(source, '^');
      expectObservable(source, '---^');
    });
    expect(recordings.map(({ marbles }) => marbles)).toEqual(['--s-(d|)', '--s-(d|)']);
  });

  test('live, it also tells at the start and with each notification what there is so far', () => {
    const soFar: string[] = [];
    run(({ cold, expectObservable }) => {
      const report = ({ marbles }: Recording): number => soFar.push(marbles);
      expectObservable(cold('--s-b-(d|)', values).pipe(recordMarbles(report, { live: true })));
    });
    expect(soFar).toEqual(['', '--s', '--s-b', '--s-b-d', '--s-b-(d|)']);
  });
});

describe('record → replay gives the same frames and values', () => {
  test.each([
    ['an exchange', '--s-b-e-(d|)'],
    ['a slow body', '--s 499ms b 60005ms e 3600000ms (d|)'],
    ['groups', '--(sb) 30ms (ef)------(d|)'],
    ['all at once', '(sbd|)'],
    ['an error', '--s-b 61000ms #'],
    ['an error at once', '#'],
    ['an error in a group', '--s-(b#)'],
    ['one that never ends', '--s-b 70000ms e'],
  ])('%s', (_name, diagram) => {
    const error = new ConnectionResetError('gone');
    // Unsubscribed long after all, as one that never ends is recorded only then.
    const recording = recordCold(diagram, error, '^ 7200000ms !');
    run(({ expectObservable }) => {
      expectObservable(replay(recording)(GET)).toBe(diagram, values, error);
    });
    run(({ cold, expectObservable }) => {
      expectObservable(cold(recording.marbles, recording.values, recording.error)).toBe(
        diagram,
        values,
        error,
      );
    });
  });

  test('unsubscribed: the same up to there, by its own subscription diagram', () => {
    const recording = recordCold('--s-b 61000ms e-(d|)', undefined, '^ 30000ms !');
    run(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(replay(recording)(GET), recording.subscription).toBe('--s-b', values);
      const pasted = cold(recording.marbles, recording.values);
      expectObservable(pasted, recording.subscription).toBe('--s-b', values);
      expectSubscriptions(pasted.subscriptions).toBe('^ 30000ms !');
    });
  });

  test('the recording of a replay is the recording, even where it was not exact', () => {
    const first = record(() =>
      concat(
        of(values.s, values.b),
        timer(1).pipe(map(() => values.e)),
        timer(2).pipe(map(() => values.f)),
        timer(70_000).pipe(map(() => values.d)),
      ),
    );
    const second = record(() => replay(first)(GET));
    expect(second).toEqual(first);
  });

  test('at its own frame length', () => {
    const recording = record(({ cold }) => cold('20ms s 479ms (d|)', values), { frame: 20 });
    run(({ expectObservable }) => {
      expectObservable(replay(recording)(GET)).toBe('20ms s 479ms (d|)', values);
    });
  });
});

describe('replay', () => {
  const recording: Recording = { marbles: '--s-(d|)', values, subscription: '^', frame: 1 };

  test('is cold: it starts anew for each subscription', () => {
    run(({ expectObservable }) => {
      const response = replay(recording)(GET);
      expectObservable(response).toBe('--s-(d|)', values);
      expectObservable(response, '-----^').toBe('-------s-(d|)', values);
    });
  });

  test('stops when it is unsubscribed, and leaves no timer', () => {
    run(({ expectObservable, flush }) => {
      expectObservable(replay({ ...recording, marbles: 's 99999ms (d|)' })(GET), '^--!').toBe('s', values);
      flush();
    });
  });

  test('stops when it is unsubscribed within a group', () => {
    run(({ expectObservable }) => {
      const group = replay({ ...recording, marbles: '-(sb)(d|)' })(GET);
      expectObservable(group.pipe(take(1))).toBe('-(s|)', values);
    });
  });

  test('refuses at once a letter without a value', () => {
    expect(() => replay({ ...recording, marbles: '--s-x-(d|)' })).toThrow(
      '\'x\' in "--s-x-(d|)" has no value',
    );
  });

  test.each(['', '-----'])('of silence, %p, is silent', (marbles) => {
    run(({ expectObservable }) => {
      expectObservable(replay({ ...recording, marbles })(GET)).toEqual(NEVER);
    });
  });
});

test('a report that throws is the error of the exchange, as with `tap`', () => {
  const fault = new Error('report');
  const throwing = recordMarbles(() => {
    throw fault;
  });
  run(({ expectObservable }) => {
    expectObservable(EMPTY.pipe(throwing)).toEqual(throwError(() => fault));
  });
});
