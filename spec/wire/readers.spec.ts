import { describe, expect, test } from '@jest/globals';
import { Readers } from '../../src/wire/readers.ts';

describe('readers', () => {
  test('are used again, each when it was given back', () => {
    const readers = new Readers(() => ({}));
    const [one, another] = [readers.take(), readers.take()];
    expect(another).not.toBe(one);
    readers.give(one);
    expect(readers.take()).toBe(one);
  });

  test('are kept in so many that a moment of a busy server needs them, and no more', () => {
    const readers = new Readers(() => ({}));
    const given = Array.from({ length: 65 }, () => readers.take());
    for (const reader of given) readers.give(reader);
    const taken = given.map(() => readers.take());
    expect(taken.filter((reader) => given.includes(reader))).toHaveLength(64);
  });
});
