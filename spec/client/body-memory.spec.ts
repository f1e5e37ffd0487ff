import { expect, test } from '@jest/globals';
import { BodyMemory } from '../../src/client/body-memory.ts';

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A memory of a body that was produced in these pieces. */
function of(...pieces: string[]): BodyMemory {
  const memory = new BodyMemory();
  const first = memory.repeat();
  for (const piece of pieces) first.chunk(octets(piece));
  first.end();
  return memory;
}

test('a body that is another the second time says from where on, and a shorter one how short it is', () => {
  const repeat = of('ab', 'cd').repeat();
  repeat.chunk(octets('abc'));
  expect(() => repeat.end()).toThrow('3 octets where there were 4 before');
  expect(() => repeat.chunk(octets('x'))).toThrow('octet 3 is another than the first time');
});

test('is compared in its first 64 octets, however it is cut', () => {
  const same = 'x'.repeat(63);
  expect(() =>
    of(same, 'ab')
      .repeat()
      .chunk(octets(`${same}ac`)),
  ).not.toThrow();
  expect(() =>
    of(same, 'ab')
      .repeat()
      .chunk(octets(`${same}bb`)),
  ).toThrow('octet 63');
});
