import { describe, expect, test } from '@jest/globals';
import {
  ConnectError,
  formatRecording,
  HttpClient,
  ObsoleteFoldError,
  parseRecording,
  ReadTimeoutError,
  recordMarbles,
  replay,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type Recording,
} from 'rxchange';
import { compare, head, HttpTestScheduler } from 'rxchange/testing';

const GET = { method: 'GET', uri: 'http://origin/', headers: [] };

const ALL: Recording = {
  marbles: '--i--a-s-b 500ms (d|)',
  subscription: '^',
  frame: 1,
  values: {
    i: responseNonfinal(103, [['Link', '</a>']]),
    a: { type: 'response_anomaly', error: new ObsoleteFoldError('x', { offset: 3 }) },
    s: responseStart(200, [['Content-Type', ' text/plain ']], 'Fine'),
    b: responseBody(Uint8Array.from({ length: 256 }, (_, octet) => octet)),
    d: responseDone([['Digest', '\u00e4']]),
  },
};

describe('a recording that is read back', () => {
  test('is what was written, every octet of it', () => {
    const again = parseRecording(formatRecording(ALL));
    expect(compare(again, ALL)).toBeUndefined();
    expect(again.values['b']).toEqual(ALL.values['b']);
    expect(again.values['s']).toEqual(ALL.values['s']);
  });

  test('has a line for each value', () => {
    const lines = formatRecording(ALL).split('\n');
    expect(lines).toContain('    "d": {"type":"response_done","trailers":[["Digest","\u00e4"]]}');
    expect(lines).toHaveLength(13);
  });

  test('has an error of its class, with the facts and the cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', errno: -111 });
    const error = Object.assign(new ConnectError('refused', { cause }), { exchange: { attempts: 3 } });
    const again = parseRecording(formatRecording({ ...ALL, marbles: '#', error })).error as ConnectError;
    expect(again).toBeInstanceOf(ConnectError);
    expect(again).not.toBeInstanceOf(ReadTimeoutError);
    expect(Object.entries(again)).toEqual(
      expect.arrayContaining(Object.entries(error).filter(([, part]) => part !== undefined)),
    );
    expect(again.message).toBe(error.message);
    expect(again.cause).toMatchObject({ name: 'Error', message: 'connect ECONNREFUSED', errno: -111 });
    expect(compare(again, error)).toBeUndefined();
  });

  test('has what was thrown that is no error, or one that nobody knows', () => {
    const thrown = (error: unknown): unknown => parseRecording(formatRecording({ ...ALL, error })).error;
    expect(thrown('why')).toBe('why');
    expect(thrown(null)).toBeNull();
    expect(thrown(new RangeError('x'))).toMatchObject({ name: 'RangeError', message: 'x' });
    expect('error' in parseRecording(formatRecording(ALL))).toBe(false);
  });

  test('plays as what it was made of', () => {
    let text = '';
    const play = (work: (helpers: Parameters<Parameters<HttpTestScheduler['run']>[0]>[0]) => void): void => {
      new HttpTestScheduler().run(work);
    };
    play(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': () => ({
          reply: '--h-b',
          values: { h: head(200, [['Content-Length', '6']]), b: 'abc' },
        }),
      });
      const { exchange } = new HttpClient({ transport, readTimeout: 1_000, retryLimit: 1, retryDelay: 50 });
      const recorded = exchange(GET).pipe(recordMarbles((recording) => (text = formatRecording(recording))));
      expectExchange(recorded).toBe('--s-b 999ms #', { s: 200, b: 'abc' }, ReadTimeoutError);
    });
    play(({ expectExchange }) => {
      expectExchange(replay(parseRecording(text))(GET)).toBe(
        '--s-b 999ms #',
        { s: 200, b: 'abc' },
        {
          code: 'READ_TIMEOUT',
          phase: 'read',
          timeout: 1_000,
          exchange: expect.objectContaining({ attempts: 1 }),
        },
      );
    });
  });
});

describe('what is no recording', () => {
  const { values, ...rest } = JSON.parse(formatRecording(ALL)) as Recording;
  test.each<[string, unknown, string]>([
    ['no object', 'null', 'it is no object'],
    ['a list', '[]', 'it is no object'],
    ['no marbles', { ...rest, marbles: undefined, values }, 'it has no marbles'],
    ['no subscription', { ...rest, subscription: 1, values }, 'it has no subscription'],
    ['a frame without time', { ...rest, frame: 0, values }, 'its frame is no number of ms'],
    ['no values', rest, 'what it has for values is no object'],
    ['a value of nothing', { ...rest, values: { s: 200 } }, "what 's' stands for is no object"],
    [
      'a request',
      { ...rest, values: { s: { type: 'request_body' } } },
      "what 's' stands for is no notification",
    ],
    [
      'content without a chunk',
      { ...rest, values: { b: { type: 'response_body' } } },
      "what 'b' stands for has no chunk",
    ],
    [
      'more than octets',
      { ...rest, values: { b: { type: 'response_body', chunk: '\u0100' } } },
      'a chunk is latin1',
    ],
    [
      'an emoji',
      { ...rest, values: { b: { type: 'response_body', chunk: '\u{1f600}' } } },
      'a chunk is latin1',
    ],
  ])('%s is refused', (_, given, reason) => {
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    expect(() => parseRecording(text)).toThrow(TypeError);
    expect(() => parseRecording(text)).toThrow(`this is no recording: ${reason}`);
  });

  test('nor is what is no JSON', () => {
    expect(() => parseRecording('--s-b-(d|)')).toThrow(/^this is no recording: .*JSON/);
  });

  test('and an error cannot change what errors are', () => {
    const text = formatRecording({ ...ALL, error: {} }).replace(
      '"error": {}',
      '"error": {"name":"__proto__","message":"x","__proto__":{"isAdmin":true},"toString":"y"}',
    );
    const { error } = parseRecording(text);
    expect(error).toBeInstanceOf(Error);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});
