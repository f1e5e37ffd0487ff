import { describe, expect, test } from '@jest/globals';
import { parseUri } from '../../src/client/origin.ts';

describe('parseUri', () => {
  test.each([
    ['http://a', 'a', 80, 'a', '/'],
    ['http://a/', 'a', 80, 'a', '/'],
    ['HTTP://A.Example:80/B', 'a.example', 80, 'a.example', '/B'],
    ['http://a:8080?q=1', 'a', 8080, 'a:8080', '/?q=1'],
    ['http://a:/x', 'a', 80, 'a', '/x'],
    ['http://[::1]:8080/', '::1', 8080, '[::1]:8080', '/'],
    ['http://[::1]', '::1', 80, '[::1]', '/'],
    ['http://a/b/../c/./%7e?d=|{}^`"#e', 'a', 80, 'a', '/b/../c/./%7e?d=|{}^`"'],
    ['http://127.0.0.1//x', '127.0.0.1', 80, '127.0.0.1', '//x'],
  ])('splits %s', (uri, host, port, authority, target) => {
    expect(parseUri(uri)).toEqual({ origin: { host, port, authority }, target });
  });

  test.each([
    [''],
    ['/path'],
    ['a'],
    ['//a/'],
    ['http:/a'],
    ['http://'],
    ['http:///path'],
    ['http://:80/'],
    ['ftp://a/'],
    ['https://a/'],
    ['http://user@a/'],
    ['http://user:word@a/'],
    ['http://a b/'],
    ['http://a/b c'],
    ['http://a/b\\c'],
    ['http://a/ä'],
    ['http://ä/'],
    ['http://a/\r\nX: y'],
    ['http://a/\u010a'],
    ['http://a:65536/'],
    ['http://a:8x/'],
    ['http://[::1/'],
    ['http://a,b/'],
    [' http://a/'],
  ])('refuses %j', (uri) => {
    expect(() => parseUri(uri)).toThrow(expect.objectContaining({ code: 'URL' }));
  });
});
