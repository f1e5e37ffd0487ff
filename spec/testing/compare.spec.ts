import { describe, expect, test } from '@jest/globals';
import {
  ConnectError,
  ConnectionResetError,
  DnsError,
  requestBody,
  responseBody,
  responseDone,
  responseStart,
} from 'rxchange';
import 'rxchange/jest';
import { assertExchange, compare, MismatchError } from 'rxchange/testing';

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const flow = { hold: () => ({ unsubscribe: () => {} }) };
const a = new Error('a');
const b = new Error('b');
const cyclic = (name: string): object => {
  const node: { name: string; self?: object } = { name };
  node.self = node;
  return node;
};

describe('the same', () => {
  test.each<[string, unknown, unknown]>([
    ['octets in arrays of different kinds', new Uint8Array([97, 255]), Buffer.from([97, 255])],
    ['octets and their latin1', octets('a\xff'), 'a\xff'],
    ['an ArrayBuffer', new Uint8Array([97]).buffer, 'a'],
    ['whatever the flow', responseBody(octets('abc'), flow), responseBody(octets('abc'))],
    ['also in a request', requestBody(octets('abc'), flow), { type: 'request_body', chunk: 'abc' }],
    ['the standard phrase, given or not', responseStart(200, [], 'OK'), responseStart(200)],
    ['version 1.1, given or not', { ...responseStart(200), version: '1.1' }, responseStart(200)],
    [
      'values of fields with whitespace around',
      responseStart(200, [['A', ' b\t']]),
      responseStart(200, [['A', 'b']]),
    ],
    ['what is undefined and what is not there', { a: 1, b: undefined }, { a: 1 }],
    ['errors of a class, code and detail', new DnsError('x'), new DnsError('x')],
    ['an error without a detail, and one with', new DnsError('x'), new DnsError()],
    [
      'facts that are not expected',
      Object.assign(new DnsError('x'), { exchange: { sent: true } }),
      new DnsError('x'),
    ],
    ['an error and its class', new ConnectionResetError('x'), ConnectError],
    [
      'causes, as deep as they go',
      new DnsError('x', { cause: new Error('a', { cause: a }) }),
      new DnsError('x', { cause: new Error('a', { cause: new Error('a') }) }),
    ],
    ['what a matcher of the test runner matches', { a: 5, b: ['c'] }, { a: expect.any(Number), b: ['c'] }],
    ['maps and sets', new Map([['a', new Set([1])]]), new Map([['a', new Set([1])]])],
    ['dates', new Date(5), new Date(5)],
    ['NaN', NaN, NaN],
    ['cycles', cyclic('a'), cyclic('a')],
  ])('%s', (_name, actual, expected) => {
    expect(compare(actual, expected)).toBeUndefined();
  });
});

describe('different, and said so', () => {
  test.each<[string, unknown, unknown, string]>([
    [
      'octets',
      responseBody(octets('abc')),
      { type: 'response_body', chunk: 'abd' },
      'chunk: "abc" instead of "abd"',
    ],
    [
      'a class',
      new DnsError('x'),
      ConnectError,
      'DnsError (DNS): Host name not found: x instead of ConnectError',
    ],
    [
      'the class of an error',
      new ConnectionResetError('x'),
      new ConnectError('x'),
      'name: "ConnectionResetError" instead of "ConnectError"',
    ],
    [
      'a code',
      Object.assign(new Error('a'), { code: 'A' }),
      Object.assign(new Error('a'), { code: 'B' }),
      'code: "A" instead of "B"',
    ],
    [
      'a detail',
      new DnsError('x'),
      new DnsError('y'),
      'message: "Host name not found: x" instead of "Host name not found: y"',
    ],
    [
      'a cause',
      new DnsError('x', { cause: a }),
      new DnsError('x', { cause: b }),
      'cause.message: "a" instead of "b"',
    ],
    [
      'a cause too many',
      new DnsError('x', { cause: a }),
      new DnsError('x'),
      'cause: Error: a instead of undefined',
    ],
    [
      'facts that are expected',
      Object.assign(new DnsError('x'), { exchange: { sent: true } }),
      Object.assign(new DnsError('x'), { exchange: { sent: false } }),
      'exchange.sent: true instead of false',
    ],
    ['an error and no error', a, {}, 'Error: a instead of {}'],
    [
      'a field',
      responseStart(200, [['A', 'b']]),
      responseStart(200, [['A', 'c']]),
      'headers[0][1]: "b" instead of "c"',
    ],
    [
      'a field too many',
      responseStart(200, [['A', 'b']]),
      responseStart(200),
      'headers[0]: ["A", "b"] was not expected',
    ],
    ['a trailer too few', responseDone(), responseDone([['A', 'b']]), 'trailers[0]: ["A", "b"] is missing'],
    ['another phrase', responseStart(200, [], 'Fine'), responseStart(200), 'phrase: "Fine" instead of "OK"'],
    ['kinds', [1], { 0: 1 }, '[1] instead of { 0: 1 }'],
    ['dates', new Date(5), new Date(6), 'time: 5 instead of 6'],
    ['what a matcher does not match', [1], [expect.any(String)], '[0]: 1 instead of Any'],
    ['cycles', cyclic('a'), cyclic('b'), 'name: "a" instead of "b"'],
  ])('%s', (_name, actual, expected, reason) => {
    expect(compare(actual, expected)).toBe(reason);
  });

  test('a value too long to read is cut', () => {
    expect(compare('a'.repeat(1000), 'b')).toHaveLength(1 + 199 + '… instead of "b"'.length);
  });
});

describe('the matcher of rxchange/jest', () => {
  test('passes and fails as the assert does', () => {
    const notifications = [responseStart(200), responseBody(octets('abc'), flow), responseDone()];
    const same = [responseStart(200), responseBody(octets('abc')), responseDone()];
    expect(notifications).toEqualExchange(same);
    expect(new DnsError('x')).not.toEqualExchange(new ConnectError('x'));
    expect(() => expect(new DnsError('x')).toEqualExchange(new ConnectError('x'))).toThrow(
      'name: "DnsError"',
    );
    expect(() => expect(same).not.toEqualExchange(same)).toThrow('expected the two to differ');
  });

  test('is one that can stand for a part', () => {
    expect({ told: responseStart(200) }).toEqual({ told: expect.toEqualExchange(responseStart(200)) });
    expect({ told: responseStart(404) }).not.toEqual({ told: expect.toEqualExchange(responseStart(200)) });
  });

  test('the assert throws by itself', () => {
    expect(() => assertExchange([1], [2])).toThrow(MismatchError);
    assertExchange([], []);
  });
});
