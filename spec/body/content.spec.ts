import { describe, expect, test } from '@jest/globals';
import { toArray, type Observable } from 'rxjs';
import {
  bytesBody,
  formBody,
  getHeader,
  jsonBody,
  requestBody,
  requestDone,
  respond,
  responseDone,
  textBody,
  type Content,
  type ResponseNotification,
} from 'rxchange';
import { virtually } from '../support/virtually.ts';

function contentOf({ body }: Content): string {
  let text = '';
  body.subscribe((part) => {
    if (part.type === 'request_body') text += Buffer.from(part.chunk).toString('latin1');
  });
  return text;
}

function told(source: Observable<ResponseNotification>): ResponseNotification[] {
  let all: ResponseNotification[] = [];
  source.pipe(toArray()).subscribe((notifications) => (all = notifications));
  return all;
}

describe('content', () => {
  test.each<[string, Content, string, string]>([
    ['octets', bytesBody(Buffer.from([1, 2, 255])), '', '\x01\x02\xff'],
    ['text', textBody('für'), 'text/plain; charset=utf-8', 'f\xc3\xbcr'],
    ['JSON', jsonBody({ a: ['ü'] }), 'application/json', '{"a":["\xc3\xbc"]}'],
    ['a form', formBody({ q: 'a b&c', ü: '=' }), 'application/x-www-form-urlencoded', 'q=a+b%26c&%C3%BC=%3D'],
    [
      'a form with a name twice',
      formBody([
        ['a', '1'],
        ['a', '2'],
      ]),
      'application/x-www-form-urlencoded',
      'a=1&a=2',
    ],
  ])('of %s has its type, its length, and can be had again', (_, content, type, octets) => {
    expect(getHeader(content.headers, 'content-type').join()).toBe(type);
    expect(getHeader(content.headers, 'content-length')).toEqual([String(octets.length)]);
    expect(contentOf(content)).toBe(octets);
    expect(contentOf(content)).toBe(octets);
  });

  test('has the type that it is given, more fields, and its own length whatever is given', () => {
    const { headers } = jsonBody(1, [
      ['content-type', 'application/problem+json'],
      ['X-A', 'b'],
      ['content-length', '9'],
    ]);
    expect(headers).toEqual([
      ['content-type', 'application/problem+json'],
      ['X-A', 'b'],
      ['Content-Length', '1'],
    ]);
  });

  test.each([[undefined], [() => 1], [Symbol('a')]])('cannot be JSON of %p', (value) => {
    expect(() => jsonBody(value)).toThrow(TypeError);
  });
});

describe('respond', () => {
  test.each(['a text', { name: 'Ada' }, 5])('does not take %p for content', (value) => {
    expect(() => respond(200, value as object)).toThrow('what jsonBody, textBody or the like make of it');
  });

  test('makes a response of content, its flow and its trailers', () => {
    const flow = { hold: () => ({ unsubscribe: () => {} }) };
    virtually(({ cold, expectObservable }) => {
      const chunk = Buffer.from('a');
      const body = cold('--b-(d|)', { b: requestBody(chunk, flow), d: requestDone([['X-Sum', '1']]) });
      const headers = [['X-A', 'b']] as const;
      expectObservable(respond(201, { headers, body })).toBe('s-b-(d|)', {
        s: { type: 'response_start', status: 201, headers },
        b: { type: 'response_body', chunk, flow },
        d: responseDone([['X-Sum', '1']]),
      });
    });
  });

  test.each([
    [404, [], [['Content-Length', '0']]],
    [204, [], []],
    [304, [['ETag', '"a"']] as const, [['ETag', '"a"']]],
    [200, [['content-length', '5']] as const, [['content-length', '5']]],
  ])('%d without content says so where it could have some', (status, headers, said) => {
    expect(told(respond(status, { headers }))).toMatchObject([
      { type: 'response_start', status, headers: said },
      { type: 'response_done' },
    ]);
  });

  test('takes a request for content', () => {
    const request = { method: 'POST', uri: '/', headers: [], body: textBody('abc').body };
    expect(told(respond(200, { body: request.body })).map(({ type }) => type)).toEqual([
      'response_start',
      'response_body',
      'response_done',
    ]);
  });
});
