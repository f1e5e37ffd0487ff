import { describe, expect, test } from '@jest/globals';
import { latin1 } from '../../src/message/latin1.ts';
import { Input } from '../../src/wire/input.ts';
import { octets } from './support/every-cut.ts';

const text = (bytes: Uint8Array): string => latin1(bytes, 0, bytes.length);

describe('Input', () => {
  test('looks at octets where they lie, and joins what is cut', () => {
    const input = new Input();
    const pushed = octets('abc');
    input.push(pushed);
    expect(input.bytes).toBe(pushed);
    input.take(1);
    input.release();
    expect([input.text(0, 2), input.length, input.offset]).toEqual(['bc', 2, 1]);
    input.push(octets('def'));
    expect(input.text(0, 5)).toBe('bcdef');
    expect(text(pushed)).toBe('abc');
  });

  test('holds on to no array when all of it is read', () => {
    const input = new Input();
    input.push(octets('abc'));
    input.take(3);
    input.release();
    expect([input.bytes.length, input.length, input.offset]).toEqual([0, 0, 3]);
  });

  test('leaves content as it is, whatever comes after', () => {
    const input = new Input();
    input.push(octets('abcd'));
    const content = input.content(2);
    for (let more = 0; more < 1000; more++) input.push(octets('0123456789'));
    expect(text(content)).toBe('ab');
    expect(input.text(0, 12)).toBe('cd0123456789');
    expect(input.length).toBe(10_002);
  });

  test('copies an octet a bounded number of times when they come one by one', () => {
    const input = new Input();
    const arrays = new Set<Uint8Array>();
    for (let count = 0; count < 100_000; count++) {
      input.push(octets('a'));
      arrays.add(input.bytes);
    }
    expect(arrays.size).toBeLessThan(12);
  });

  test('has content that is a view, and never a Buffer', () => {
    const input = new Input();
    const pushed = Buffer.from('abcd');
    input.push(pushed);
    input.take(1);
    const [first, second] = [input.content(1), input.content(1)];
    expect([text(first), text(second), input.text(0, 1)]).toEqual(['b', 'c', 'd']);
    expect([first.buffer === pushed.buffer, Buffer.isBuffer(first)]).toEqual([true, false]);
  });

  test('tells where something is, with 64 octets of it at most', () => {
    const input = new Input();
    input.push(octets(`ab${'c'.repeat(100)}`));
    input.take(1);
    expect(input.at(1)).toEqual({ offset: 2, excerpt: 'c'.repeat(64) });
    expect(input.at(99)).toEqual({ offset: 100, excerpt: 'cc' });
    expect(input.at(101)).toEqual({ offset: 102, excerpt: '' });
    expect(input.at(500)).toEqual({ offset: 501, excerpt: '' });
  });
});

test('latin1 has a code unit for each octet', () => {
  const all = Uint8Array.from({ length: 256 }, (_, octet) => octet);
  const string = latin1(all, 0, 256);
  expect(Array.from(string, (char) => char.charCodeAt(0))).toEqual([...all]);
  expect(latin1(all, 0x41, 0x44)).toBe('ABC');
});
