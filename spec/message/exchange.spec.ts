import { describe, expect, test } from '@jest/globals';
import { map, of, tap } from 'rxjs';
import { compose, type Exchange, type HttpRequest, type Interceptor } from '../../src/message/exchange.ts';
import { responseStart, type ResponseNotification } from '../../src/message/notifications.ts';

const REQUEST: HttpRequest = { method: 'GET', uri: 'http://a/', headers: [] };

describe('compose', () => {
  test('without interceptors does what the exchange does', () => {
    const exchange: Exchange = () => of(responseStart(200));
    const seen: ResponseNotification[] = [];
    compose(exchange)(REQUEST).subscribe((notification) => seen.push(notification));
    expect(seen).toEqual([responseStart(200)]);
  });

  test('puts the first outermost: it sees the request first and the response last', () => {
    const order: string[] = [];
    const named =
      (name: string): Interceptor =>
      (request, next) => {
        order.push(`${name} >`);
        return next({ ...request, uri: `${request.uri}${name}` }).pipe(tap(() => order.push(`${name} <`)));
      };
    const exchange: Exchange = (request) => {
      order.push(request.uri);
      return of(responseStart(200));
    };
    compose(exchange, named('a'), named('b'), named('c'))(REQUEST).subscribe();
    expect(order).toEqual(['a >', 'b >', 'c >', 'http://a/abc', 'c <', 'b <', 'a <']);
  });

  test('lets an interceptor answer by itself', () => {
    const exchange: Exchange = () => {
      throw new Error('not asked');
    };
    const seen: number[] = [];
    compose(exchange, () => of(responseStart(304)))(REQUEST)
      .pipe(map((notification) => (notification.type === 'response_start' ? notification.status : 0)))
      .subscribe((status) => seen.push(status));
    expect(seen).toEqual([304]);
  });

  test('lets an interceptor ask twice', () => {
    let asked = 0;
    const exchange: Exchange = () => {
      asked++;
      return of(responseStart(200));
    };
    const twice: Interceptor = (request, next) => {
      next(request).subscribe();
      return next(request);
    };
    compose(exchange, twice, twice)(REQUEST).subscribe();
    expect(asked).toBe(4);
  });
});
