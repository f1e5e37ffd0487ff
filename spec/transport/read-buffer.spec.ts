import { describe, expect, test } from '@jest/globals';
import { ReadBuffer } from '../../src/transport/read-buffer.ts';

const SIZE = 65_536;

/** A read as Node makes it: into the array that was named last. */
function read(buffer: ReadBuffer, octet: number, length: number): Uint8Array {
  buffer.next().fill(octet, 0, length);
  return buffer.take(length);
}

describe('what is read', () => {
  test.each([
    ['little', 100],
    ['as much as there is room for', SIZE],
    ['a half', SIZE / 2],
    ['more than a half', SIZE / 2 + 1],
  ])('stays as it is, whatever is read behind %s', (_, length) => {
    const buffer = new ReadBuffer();
    const lengths = [length, SIZE, length, SIZE, length, 1, length, SIZE, SIZE];
    const chunks = lengths.map((octets, nth) => read(buffer, nth, octets));
    expect(chunks.map(({ length: octets }) => octets)).toEqual(lengths);
    expect(chunks.every((chunk, nth) => chunk.every((octet) => octet === nth))).toBe(true);
  });

  test('takes no more than its octets, or a part of what Node keeps for small pieces, when it is little', () => {
    const buffer = new ReadBuffer();
    const ofMany = [read(buffer, 1, SIZE), read(buffer, 1, SIZE), read(buffer, 1, 10)].pop();
    const { poolSize } = Buffer;
    for (const chunk of [read(buffer, 1, 10), ofMany]) expect(chunk?.buffer.byteLength).toBe(poolSize);
    expect(read(buffer, 1, poolSize).buffer.byteLength).toBe(poolSize);
    expect(read(buffer, 1, SIZE / 2).buffer.byteLength).toBe(SIZE / 2);
  });

  test('is given away as it was read, behind a read that has filled the array', () => {
    const buffer = new ReadBuffer();
    const common = buffer.next();
    read(buffer, 1, SIZE);
    const given = buffer.next();
    expect(given).not.toBe(common);
    expect(read(buffer, 2, 40_000).buffer).toBe(given.buffer);
    read(buffer, 3, 10);
    expect(buffer.next()).toBe(common);
  });

  test('is read by all sockets into the same array, where it is little', () => {
    expect(new ReadBuffer().next()).toBe(new ReadBuffer().next());
  });
});
