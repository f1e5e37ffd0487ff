import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import { formatMarbles, parseMarbles, type Marble } from '../../src/operators/marbles.ts';

/** How RxJS itself reads a diagram, in run mode. */
function parsedByRxjs(diagram: string): Marble[] {
  let marbles: Marble[] = [];
  new TestScheduler(() => {}).run(({ cold }) => {
    marbles = cold(diagram).messages.map(({ frame, notification }) => ({
      frame,
      char: notification.kind === 'N' ? String(notification.value) : notification.kind === 'C' ? '|' : '#',
    }));
  });
  return marbles;
}

describe('parseMarbles', () => {
  test.each([
    '--s-b-b-(d|)',
    '(sbd|)',
    '499ms s 60005ms b 2s e 1.5m (d|)',
    ' s   -  b ',
    'a 49ms b',
    '1.25s a 0.125m b',
    '1s 2x 3 ms 4ms5ms 6ms ',
    '(a 10ms b)c',
    '-\u4e00-\u{20000}-#',
    '',
  ])('reads %p as RxJS does', (diagram) => {
    expect(parseMarbles(diagram)).toEqual(parsedByRxjs(diagram));
  });
});

describe('formatMarbles', () => {
  test.each<[string, Marble[]]>([
    [
      'ab',
      [
        { frame: 0, char: 'a' },
        { frame: 1, char: 'b' },
      ],
    ],
    ['-----------'.slice(1) + 'a', [{ frame: 10, char: 'a' }]],
    ['11ms a', [{ frame: 11, char: 'a' }]],
    [
      '(ab)c',
      [
        { frame: 0, char: 'a' },
        { frame: 0, char: 'b' },
        { frame: 1, char: 'c' },
      ],
    ],
    ['(ab)(cd)', [0, 0, 3, 3].map((frame, at) => ({ frame, char: 'abcd'[at] }))],
    [
      '(ab)-c',
      [
        { frame: 0, char: 'a' },
        { frame: 0, char: 'b' },
        { frame: 5, char: 'c' },
      ],
    ],
  ])('writes %p', (diagram, marbles) => {
    expect(formatMarbles(marbles)).toBe(diagram);
  });

  test('writes the silence at the end, if asked for', () => {
    expect(formatMarbles([{ frame: 1, char: 'a' }], 5)).toBe('-a---');
    expect(formatMarbles([{ frame: 1, char: 'a' }], 1)).toBe('-a');
    expect(formatMarbles([], 3)).toBe('---');
  });

  const someMarbles = fc
    .array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(100_000)), fc.constantFrom('s', 'b', 'm', 'é', '\u4e00')))
    .map((gaps) => {
      let frame = 0;
      return gaps.map(([gap, char]) => ({ frame: (frame += gap), char }));
    });

  test('is read by RxJS and by us alike: all in order, never early, and late by the width of groups at most', () => {
    fc.assert(
      fc.property(someMarbles, (marbles) => {
        const diagram = formatMarbles(marbles);
        const read = parseMarbles(diagram);
        expect(read).toEqual(parsedByRxjs(diagram));
        expect(read.map(({ char }) => char)).toEqual(marbles.map(({ char }) => char));
        // What does not have to wait for a free frame does not.
        let free = 0;
        for (let at = 0; at < marbles.length;) {
          const group = marbles.filter(({ frame }) => frame === marbles[at].frame).length;
          const due = Math.max(marbles[at].frame, free);
          for (let of = 0; of < group; of++) expect(read[at + of].frame).toBe(due);
          free = due + (group === 1 ? 1 : group + 2);
          at += group;
        }
      }),
    );
  });

  test('a diagram of a diagram is the same diagram', () => {
    fc.assert(
      fc.property(someMarbles, (marbles) => {
        const diagram = formatMarbles(marbles);
        expect(formatMarbles(parseMarbles(diagram))).toBe(diagram);
      }),
    );
  });
});
