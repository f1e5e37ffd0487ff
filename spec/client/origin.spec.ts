import { describe, expect, test } from '@jest/globals';
import { parseUri } from '../../src/client/origin.ts';

describe('parseUri', () => {
  test.each([
    ['http://a', 'http', 'a', 80, 'a', '/'],
    ['http://a/', 'http', 'a', 80, 'a', '/'],
    ['HTTP://A.Example:80/B', 'http', 'a.example', 80, 'a.example', '/B'],
    ['http://a:8080?q=1', 'http', 'a', 8080, 'a:8080', '/?q=1'],
    ['http://a:/x', 'http', 'a', 80, 'a', '/x'],
    ['http://a:443/', 'http', 'a', 443, 'a:443', '/'],
    ['http://[::1]:8080/', 'http', '::1', 8080, '[::1]:8080', '/'],
    ['http://[::1]', 'http', '::1', 80, '[::1]', '/'],
    ['http://a/b/../c/./%7e?d=|{}^`"#e', 'http', 'a', 80, 'a', '/b/../c/./%7e?d=|{}^`"'],
    ['http://127.0.0.1//x', 'http', '127.0.0.1', 80, '127.0.0.1', '//x'],
    ['https://a', 'https', 'a', 443, 'a', '/'],
    ['HTTPS://A:443/b', 'https', 'a', 443, 'a', '/b'],
    ['https://a:80/', 'https', 'a', 80, 'a:80', '/'],
  ])('splits %s', (uri, scheme, host, port, authority, target) => {
    const serialized = `${scheme}://${authority}`;
    expect(parseUri(uri)).toEqual({ origin: { scheme, host, port, authority, serialized }, target });
  });

  test.each([
    ['http://a', '*'],
    ['http://a/', '/'],
    ['http://a?q', '/?q'],
  ])('takes OPTIONS %s to be about %s', (uri, target) => {
    expect(parseUri(uri, 'OPTIONS').target).toBe(target);
  });

  test.each([
    ['http://a', 'a:80'],
    ['https://A/', 'a:443'],
    ['http://a:8443', 'a:8443'],
    ['https://[::1]', '[::1]:443'],
  ])('takes CONNECT %s to be for a tunnel to %s', (uri, target) => {
    expect(parseUri(uri, 'CONNECT').target).toBe(target);
  });

  test.each(['http://a/b', 'http://a?q', 'http://a//'])('knows no tunnel to %s', (uri) => {
    expect(() => parseUri(uri, 'CONNECT')).toThrow(expect.objectContaining({ code: 'URL' }));
  });

  test.each([
    ['/path', 'GET', '"/path" is not absolute'],
    ['http://a/b c', 'GET', '"http://a/b c" has characters that must be percent-encoded'],
    ['http://a/b', 'CONNECT', 'a tunnel leads to a host and a port, and to no path'],
    ['ftp://a/', 'GET', 'the scheme ftp is not supported'],
    ['http://user@a/', 'GET', 'a URI must not hold a user name or password'],
    ['http://a b/', 'GET', '"a b" is not a host'],
  ])('says what is wrong with %j for %s', (uri, method, text) => {
    expect(() => parseUri(uri, method)).toThrow(text);
  });

  test('tells origins apart, however many there are', () => {
    for (let index = 0; index <= 2_000; index++) {
      expect(parseUri(`http://a${index}/`).origin.host).toBe(`a${index}`);
    }
    expect(parseUri('http://a0/').origin).toEqual(parseUri('HTTP://A0').origin);
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
    ['httpss://a/'],
    ['https://'],
    ['https://user@a/'],
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
