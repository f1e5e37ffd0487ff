import { describe, expect, test } from '@jest/globals';
import { of } from 'rxjs';
import { responseDone, responseStart, toOrigin, type HeaderList } from 'rxchange';
import { Told } from '../support/virtually.ts';

/** What a gateway hands on, or answers itself. */
function ask(method: string, ...values: readonly string[]): { sent: HeaderList | undefined; told: string[] } {
  const told = new Told();
  let sent: HeaderList | undefined;
  const headers: HeaderList = values.map((value) => ['Max-Forwards', value]);
  const gateway = toOrigin('http://internal');
  gateway({ method, uri: '/', headers }, (request) => {
    sent = request.headers;
    return of(responseStart(200), responseDone());
  }).subscribe(told);
  return { sent, told: told.all };
}

const handedOn = ['response_start 200', 'response_done', 'complete'];

describe.each(['OPTIONS', 'TRACE'])('Max-Forwards of %s', (method) => {
  test.each([
    ['10', '9'],
    [' 1\t', '0'],
    ['007', '6'],
    ['9'.repeat(400), String(Number.MAX_SAFE_INTEGER - 1)],
  ])('is counted down from %j to %j', (from, to) => {
    const { sent, told } = ask(method, from);
    expect(sent).toContainEqual(['Max-Forwards', to]);
    expect(told).toEqual(handedOn);
  });

  test.each([['0'], [' 00 '], ['5', '0']])('goes no further at %j', (...values) => {
    const { sent, told } = ask(method, ...values);
    expect(sent).toBeUndefined();
    const status = method === 'OPTIONS' ? 204 : 501;
    expect(told).toEqual([`response_start ${String(status)}`, 'response_done', 'complete']);
  });

  test.each(['', '-1', '+1', '0x1', '1.5', '5, 0', 'many'])('is refused when it is %j', (value) => {
    const { sent, told } = ask(method, value);
    expect(sent).toBeUndefined();
    expect(told).toEqual(['response_start 400', 'response_done', 'complete']);
  });

  test('need not be there', () => {
    const { sent, told } = ask(method);
    expect(sent).toEqual([['Via', '1.1 rxchange']]);
    expect(told).toEqual(handedOn);
  });
});

test('Max-Forwards of another method means nothing', () => {
  const { sent, told } = ask('GET', '0');
  expect(sent).toContainEqual(['Max-Forwards', '0']);
  expect(told).toEqual(handedOn);
});
