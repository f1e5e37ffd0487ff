import { describe, expect, test } from '@jest/globals';
import { forEveryCut, requests } from './support/every-cut.ts';

function read(method: string, target: string, host = 'Host: a\r\n', version = '1.1') {
  return forEveryCut(requests(), `${method} ${target} HTTP/${version}\r\n${host}\r\n`);
}

describe('the request target', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/a/b;c=d?e=f&g=%20'],
    ['GET', '/?'],
    ['GET', '//b/c'],
    ['GET', '/a:b@c'],
    ['GET', '/"<>^`{|}~[]'],
    ['GET', '/%00%zz%'],
    ['OPTIONS', '/'],
    ['OPTIONS', '*'],
    ['get', '/'],
  ])('%s %s is read; Host tells the authority', (method, target) => {
    expect(read(method, target)).toMatchObject([
      { request: method, uri: target, authority: 'a' },
      { done: [] },
    ]);
  });

  test.each([
    ['GET', 'http://b/', 'b'],
    ['GET', 'http://b', 'b'],
    ['GET', 'http://b?c', 'b'],
    ['GET', 'HTTP://B:80/', 'B:80'],
    ['GET', 'https://b/', 'b'],
    ['GET', 'x+y-z.1://b/', 'b'],
    ['GET', 'http://[::1]:8080/', '[::1]:8080'],
    ['OPTIONS', 'http://b', 'b'],
    ['GET', 'http://b:65535/', 'b:65535'],
    ['GET', 'http://b:/', 'b:'],
    ['CONNECT', 'b:443', 'b:443'],
    ['CONNECT', 'b:00443', 'b:00443'],
    ['CONNECT', 'b:10', 'b:10'],
    ['CONNECT', '[::1]:443', '[::1]:443'],
  ])('%s %s is read; its authority %s replaces Host', (method, target, authority) => {
    expect(read(method, target)).toMatchObject([{ uri: target, authority }, { done: [] }]);
  });

  test.each([
    ['GET', 'a'],
    ['GET', 'a/b'],
    ['GET', '?a'],
    ['GET', '*'],
    ['options', '*'],
    ['POST', '*'],
    ['OPTIONS', '**'],
    ['GET', '*/'],
    ['GET', 'a:80'],
    ['GET', 'http:/b'],
    ['GET', 'http://'],
    ['GET', 'http:///a'],
    ['GET', 'http://?a'],
    ['GET', 'http://u@b/'],
    ['GET', 'http://u:p@b/'],
    ['GET', 'http://b:80:80/'],
    ['GET', 'http://b:x/'],
    ['GET', 'http://b:65536/'],
    ['GET', 'http://b:65616/'],
    ['GET', 'http://b:000080/'],
    ['GET', 'http://b,c/'],
    ['GET', 'http://[::1/'],
    ['GET', '1http://b/'],
    ['GET', '://b/'],
    ['GET', 'mailto:b'],
    ['CONNECT', '/'],
    ['CONNECT', '*'],
    ['CONNECT', 'b'],
    ['CONNECT', 'b:'],
    ['CONNECT', 'b:0'],
    ['CONNECT', 'b:000'],
    ['CONNECT', 'b:65536'],
    ['CONNECT', '[::1]'],
    ['CONNECT', '[::1]:0'],
    ['CONNECT', ':443'],
    ['CONNECT', 'b:443/'],
    ['CONNECT', 'u@b:443'],
    ['CONNECT', 'http://b:443/'],
    ['GET', '/#a'],
    ['GET', '/a\\b'],
    ['GET', '/\x80'],
    ['GET', '/\xff'],
    ['GET', '/a\tb'],
  ])('%s %j is refused where it starts', (method, target) => {
    expect(read(method, target)).toMatchObject([
      { error: { code: 'REQUEST_TARGET', offset: method.length + 1 } },
    ]);
  });

  test('that is empty is refused', () => {
    expect(forEveryCut(requests(), 'GET  HTTP/1.1\r\nHost: a\r\n\r\n')).toMatchObject([
      { error: { code: 'REQUEST_TARGET', offset: 4 } },
    ]);
  });

  test('is refused before the fields have come', () => {
    expect(forEveryCut(requests(), 'GET a HTTP/1.1\r\n')).toMatchObject([
      { error: { code: 'REQUEST_TARGET', offset: 4, excerpt: 'a HTTP/1.1\r\n' } },
    ]);
  });

  test('is where the error says, empty lines before it counted', () => {
    expect(forEveryCut(requests(), '\r\nGET a HTTP/1.1\r\n')).toMatchObject([
      { error: { code: 'REQUEST_TARGET', offset: 6 } },
    ]);
  });
});

describe('the Host field', () => {
  test.each([
    'a',
    'a:80',
    'a:',
    'a:0',
    'a:65535',
    'a:00080',
    'A.B-c_d~e',
    '127.0.0.1:1',
    '[::1]',
    '[::70000]',
    '70000',
    '[::ffff:1.2.3.4]:8080',
    '%41',
    "!$&'()*+;=",
  ])('%j is read', (host) => {
    expect(read('GET', '/', `hOsT: \t${host} \r\n`)).toMatchObject([{ authority: host }, { done: [] }]);
  });

  test.each([
    '',
    ' ',
    'a b',
    'a,b',
    'a, b',
    'u@a',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
    'http://a',
    'a:b',
    'a:80:80',
    'a:-1',
    'a:65536',
    'a:65616',
    '[::1]:65536',
    'a:000080',
    'a:123456',
    ':80',
    '[::1',
    '::1',
    '[::1]a',
    '[]',
    'a\tb',
    '%4',
    '%zz',
    'b\xfccher',
    '\xa0a',
  ])('%j is refused', (host) => {
    for (const version of ['1.0', '1.1']) {
      expect(read('GET', '/', `X: y\r\nHost: ${host}\r\n`, version)).toMatchObject([
        { error: { code: 'HOST', offset: 22 } },
      ]);
    }
  });

  test('is required in HTTP/1.1, by an absolute target too', () => {
    const error = { code: 'HOST_REQUIRED' };
    expect(read('GET', '/', '')).toMatchObject([{ error }]);
    expect(read('GET', '/', 'Hos: a\r\n')).toMatchObject([{ error }]);
    expect(read('GET', 'http://a/', '')).toMatchObject([{ error }]);
    expect(read('CONNECT', 'a:1', '')).toMatchObject([{ error }]);
    expect(read('GET', '/', '', '1.2')).toMatchObject([{ error }]);
  });

  test('may be missing in HTTP/1.0', () => {
    expect(read('GET', '/', '', '1.0')).toMatchObject([{ authority: undefined }, { done: [] }]);
    expect(read('GET', '/', 'Host: b\r\n', '1.0')).toMatchObject([{ authority: 'b' }, { done: [] }]);
    expect(read('GET', 'http://a/', '', '1.0')).toMatchObject([{ authority: 'a' }, { done: [] }]);
  });

  test.each(['Host: a\r\nHost: a\r\n', 'Host: a\r\nX: y\r\nhost: b\r\n', 'Host: a\r\nHost:\r\n'])(
    'twice is refused: %j',
    (host) => {
      expect(read('GET', '/', host)).toMatchObject([{ error: { code: 'HOST', offset: 16 } }]);
      expect(read('GET', 'http://a/', host)).toMatchObject([{ error: { code: 'HOST', offset: 24 } }]);
    },
  );
});
