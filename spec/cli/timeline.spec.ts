import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { TestScheduler } from 'rxjs/testing';
import {
  ConnectionResetError,
  ExtraDataError,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type ResponseNotification,
} from 'rxchange';
import { drawMarbles, type DrawMarblesOptions } from '../../src/cli/draw-marbles.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const body = (text: string): ResponseNotification => responseBody(Buffer.from(text));

const PARTS: Record<string, ResponseNotification> = {
  i: responseNonfinal(103, [['Link', '</a>']]),
  s: responseStart(200, [
    ['A', ' b'],
    ['C', ' d'],
  ]),
  b: body('hello\n'),
  e: body('x'.repeat(1024)),
  d: responseDone(),
  t: responseDone([['Sum', ' 42']]),
  a: { type: 'response_anomaly', error: new ExtraDataError('behind it') },
};

/** What is drawn of a source that goes as the diagram says, each write by itself. */
function drawn(
  diagram: string,
  options: Partial<DrawMarblesOptions> & {
    values?: typeof PARTS;
    subscription?: string;
    columns?: number;
  } = {},
): string[] {
  const { values = PARTS, subscription = '^', columns = 80, ...given } = options;
  const writes: string[] = [];
  const out: Terminal = Object.assign(new PassThrough(), { columns });
  out.on('data', (octets: Buffer) => writes.push(octets.toString()));
  new TestScheduler(() => {}).run(({ cold, expectObservable }) => {
    const source = cold(diagram, values, new ConnectionResetError('gone'));
    const draw = drawMarbles(out, { frame: 1, live: false, colour: false, ...given });
    expectObservable(source.pipe(draw), subscription);
  });
  return writes;
}

describe('a drawing', () => {
  test('is a diagram with its values under it, each letter that of its type', () => {
    expect(drawn('--s-b-e-(d|)')).toEqual([
      [
        '--s-b-b-(d|)   1 frame = 1 ms',
        '  s  200 OK, 2 fields',
        '  b  6 octets "hello\\n"',
        `  b  1,024 octets "${'x'.repeat(32)}…"`,
        '',
      ].join('\n'),
    ]);
  });

  test('shows interim responses, anomalies and trailers', () => {
    expect(drawn('-i-a-s-(t|)').join('')).toBe(
      [
        '-i-a-s-(d|)   1 frame = 1 ms',
        '  i  103 Early Hints, 1 field',
        '  a  ExtraDataError EXTRA_DATA: Extra data behind the message: behind it',
        '  s  200 OK, 2 fields',
        '  d  Sum: 42',
        '',
      ].join('\n'),
    );
  });

  test('says times in ms, however long a frame is', () => {
    expect(drawn('s 999ms b 4999ms (d|)', { frame: 10 })[0]).toMatch(
      /^s 990ms b 4990ms \(d\|\) {3}1 frame = 10 ms\n/,
    );
  });

  test('ends with the error, or with where it was left', () => {
    expect(drawn('--s-b-#')[0]).toMatch(
      /^--s-b-# {3}[^]*\n {2}# {2}ConnectionResetError CONNECTION_RESET: Connection reset: gone\n$/,
    );
    expect(drawn('--s-b-e', { subscription: '^ 19ms !' })[0]).toMatch(
      /^--s-b-b 13ms ! {3}[^]*\n {2}! {2}unsubscribed after 20 ms\n$/,
    );
  });

  test('of a long body sums up what nobody reads', () => {
    const chunks = Object.fromEntries(Array.from('abcefghijk', (letter) => [letter, body(letter)]));
    const lines = drawn('s(abcefghijk)---(d|)', {
      values: { ...chunks, s: PARTS['s'], d: PARTS['t'] },
    })[0].split('\n');
    expect(lines.slice(-4)).toEqual([
      '  b  1 octet "g"',
      '  b  … 4 octets in 4 more chunks',
      '  d  Sum: 42',
      '',
    ]);
    const many = drawn(`s${'b-'.repeat(2000)}(d|)`)[0];
    expect(many.length).toBeLessThan(1500);
    expect(many).toMatch(/-b-b … b-b-/);
  });

  test('lets no peer write to the terminal', () => {
    const values = {
      s: responseStart(200, [], 'O\u001b[2JK'),
      b: body('\u001b]0;t\u0007\u202e\r\n\t\u009b1m'),
      d: responseDone([['T', '\u001b[1A']]),
    };
    const text = drawn('s-b-(d|)', { values })[0];
    expect(text).toContain('200 O\\u{1b}[2JK, 0 fields');
    expect(text).toContain('"\\u{1b}]0;t\\u{7}\\u{202e}\\r\\n\\t…"');
    expect(text).toContain('T: \\u{1b}[1A');
    expect(text).not.toMatch(/[^\n\P{C}]/u);
  });

  test('shows no more of a chunk than fits, and no half of a character', () => {
    const text = (chunk: string): string => drawn('(b|)', { values: { b: body(chunk) } })[0].split('\n')[1];
    expect(text('\u0000'.repeat(20))).toBe(`  b  20 octets "${'\\u{0}'.repeat(6)}…"`);
    expect(text('x'.repeat(32))).toBe(`  b  32 octets "${'x'.repeat(32)}"`);
    expect(text('x'.repeat(33))).toBe(`  b  33 octets "${'x'.repeat(32)}…"`);
  });

  test('has colours only where they are asked for', () => {
    expect(drawn('--s 30ms #', { colour: true })[0]).toMatch(
      /^\u001b\[2m--\u001b\[0m\u001b\[1;36ms\u001b\[0m\u001b\[2m 30ms \u001b\[0m\u001b\[1;31m#\u001b\[0m {3}1 frame/,
    );
  });

  test('live, grows in its line while time passes, and ends with the whole', () => {
    const writes = drawn('--s 97ms (d|)', { frame: 10, live: true });
    expect(writes.map((write) => write.replace(/^\r\u001b\[2K/, ''))).toEqual([
      's--',
      's-----',
      's--------',
      's---------(d|)   1 frame = 10 ms\n  s  200 OK, 2 fields\n',
    ]);
    expect(writes.every((write) => write.startsWith('\r\u001b[2K'))).toBe(true);
  });

  test('live, stays within its line', () => {
    const writes = drawn('sb-b-b-b-b-b-b-b-b-b-b-b-b-b-b-b-b-b-b-b-b-b', {
      live: true,
      columns: 20,
      subscription: '^ 44ms !',
    });
    expect(writes[0]).toBe('\r\u001b[2K…-b-b-b-b-b-b-b-b-b');
    expect(writes[0].length - '\r\u001b[2K'.length).toBe(19);
  });

  test('live, is drawn no more when it was left', () => {
    expect(drawn('s 9999ms (d|)', { live: true, subscription: '^ 59ms !' })).toHaveLength(2);
  });
});
