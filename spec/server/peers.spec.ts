import { describe, expect, test } from '@jest/globals';
import { checkPeers, peersOf } from '../../src/server/peers.ts';

describe('peers', () => {
  const isPeer = peersOf(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1', '0.0.0.0/32']);

  test.each([
    ['10.1.2.3', true],
    ['11.0.0.0', false],
    ['192.0.2.1', true],
    ['192.0.2.2', false],
    ['::ffff:10.0.0.1', true],
    ['::ffff:a00:1', true],
    ['::ffff:11.0.0.1', false],
    ['2001:db8:ffff::1', true],
    ['2001:db9::1', false],
    ['::1', true],
    ['::1%lo', true],
    ['::2', false],
    ['', false],
    [undefined, false],
    ['10.1.2', false],
    ['localhost', false],
    ['10.0.0.0/8', false],
  ])('%s is one: %p', (address, expected) => {
    expect(isPeer(address)).toBe(expected);
  });

  test('are all of a family, or nobody', () => {
    expect(peersOf(['0.0.0.0/0'])('203.0.113.1')).toBe(true);
    expect(peersOf([])('127.0.0.1')).toBe(false);
  });

  test('may be given, or left out', () => {
    expect([['10.0.0.0/8', '::1'], [], undefined].map(checkPeers)).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    [['10.0.0.0/33']],
    [['::/129']],
    [['x10.0.0.0']],
    [['10.0.0.0/']],
    [['10.0.0.0/a']],
    [['']],
    [['10.0.0.0/8', '']],
    [[1]],
    ['10.0.0.0/8'],
    [null],
  ])('are not %p', (given) => {
    expect(checkPeers(given)).toContain('10.0.0.0/8');
  });

  test('are told which of them is wrong', () => {
    expect(checkPeers(['10.0.0.1', 'localhost'])).toMatch(/\(localhost is none\)$/);
    expect(checkPeers(['::', 'a', 5])).toMatch(/\(a, 5 is none\)$/);
  });
});
