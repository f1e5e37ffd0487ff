import { describe, expect, test } from '@jest/globals';
import { parseForwarded, parseNode } from '../../src/server/forwarded.ts';

describe('a Forwarded line', () => {
  test.each<[string, ...Record<string, string>[]]>([
    ['for="_gazonk"', { for: '_gazonk' }],
    ['For="[2001:db8:cafe::17]:4711"', { for: '[2001:db8:cafe::17]:4711' }],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', { for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }],
    ['for=192.0.2.43, for=198.51.100.17', { for: '192.0.2.43' }, { for: '198.51.100.17' }],
    ['for=a,for=b\t;\tproto=https', { for: 'a' }, { for: 'b', proto: 'https' }],
    ['for="a, b";host="x;y"', { for: 'a, b', host: 'x;y' }],
    ['for="a\\"b\\\\c"', { for: 'a"b\\c' }],
    ['secret=""', { secret: '' }],
    ['__proto__=a', { ['__proto__']: 'a' }],
  ])('%s is read', (line, ...expected) => {
    expect(parseForwarded(line)?.map((element) => [...element])).toEqual(
      expected.map((element) => Object.entries(element)),
    );
  });

  test.each([
    [''],
    [','],
    ['for'],
    ['for='],
    ['=a'],
    ['for=a;'],
    ['for=a,'],
    ['for=a,,for=b'],
    ['for=a for=b'],
    ['for = a'],
    ['for=[::1]'],
    ['for=1.2.3.4:80'],
    ['for="a'],
    ['for="a, for=1.2.3.4'],
    ['for=a"'],
    ['for="a"b'],
    ['for="a\\"'],
    ['for=a;for=b'],
    ['for=a;FOR=b'],
    ['for=a\u00e9'],
    ['for="\0"'],
    ['f"or=a'],
  ])('%p is none', (line) => {
    expect(parseForwarded(line)).toBeUndefined();
  });

  test('takes no longer the longer it is', () => {
    expect(parseForwarded(`for="${'\\"'.repeat(100_000)}`)).toBeUndefined();
    expect(parseForwarded(`${'for=a;x=b, '.repeat(50_000)}"`)).toBeUndefined();
    expect(parseForwarded(' '.repeat(100_000))).toBeUndefined();
  });
});

describe('a node', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', undefined],
    ['203.113.168.199', '203.113.168.199', undefined],
    ['192.0.2.1:80', '192.0.2.1', 80],
    ['192.0.2.1:_port', '192.0.2.1', undefined],
    ['[2001:db8::1]', '2001:db8::1', undefined],
    ['[2001:db8::1]:4711', '2001:db8::1', 4711],
    ['unknown', undefined, undefined],
    ['_hidden', undefined, undefined],
    ['_a.b-c:80', undefined, 80],
  ])('%s has an address: %p, and a port: %p', (text, address, port) => {
    expect(parseNode(text)).toEqual({ address, port });
  });

  test.each([
    [''],
    ['localhost'],
    ['x192.0.2.1'],
    ['2001:db8::1'],
    ['[]'],
    ['192.0.2.1:'],
    ['192.0.2.1:a'],
    ['_'],
    ['Unknown '],
    ['[::1'],
    ['1.2.3.4:123456'],
  ])('%p is none', (text) => {
    expect(parseNode(text)).toBeUndefined();
  });
});
