import { describe, expect, test } from '@jest/globals';
import { NEVER, Observable, of, throwError } from 'rxjs';
import {
  HttpClient,
  HttpServer,
  respond,
  responseBody,
  responseStart,
  text,
  textBody,
  textOf,
  type Handler,
  type ResponseNotification,
} from 'rxchange';
import { route, type Params } from 'rxchange/route';
import { memoryTransport } from 'rxchange/testing';
import { virtually } from '../support/virtually.ts';
import { ask, fieldOf } from './support/asking.ts';

const say = (what: string): Observable<ResponseNotification> => respond(200, textBody(what));

const table = route({
  '/': { GET: () => say('root') },
  '/users/me': { GET: () => say('me') },
  '/users/:id': {
    GET: ({ params }) => say(`user ${params.id}`),
    DELETE: ({ params }) => say(`no ${params.id.toUpperCase()}`),
  },
  '/files/*path': { GET: ({ params }) => say(params.path.join(' > ')) },
  '/posts{/:page}': { GET: ({ params }) => say(`page ${params.page ?? 'first'}`) },
  '/any': ({ method }) => say(method),
});

/** What is answered: status, and content if it is short enough to look at. */
async function answer(method: string, uri: string, handler: Handler = table): Promise<string> {
  const response = await ask(handler, method, uri);
  const allow = fieldOf(response, 'Allow');
  return `${response.status} ${allow === undefined ? textOf(response).trim() : `[${allow}]`}`;
}

describe('a table of routes', () => {
  test.each([
    ['GET', '/', '200 root'],
    ['GET', '/?a=/users/1', '200 root'],
    ['GET', 'http://origin', '200 root'],
    ['GET', 'http://origin/users/1?x=y', '200 user 1'],
    ['GET', '/users/me', '200 me'],
    ['GET', '/users/a%20b', '200 user a b'],
    ['GET', '/users/a%2Fb', '200 user a/b'],
    ['GET', '/users/%C3%BC', '200 user ü'],
    ['GET', '/users/__proto__', '200 user __proto__'],
    ['DELETE', '/users/a', '200 no A'],
    // The first path matches, and has not the method: the next one has.
    ['DELETE', '/users/me', '200 no ME'],
    ['GET', '/files/a/b%2Fc/d', '200 a > b/c > d'],
    ['GET', '/posts', '200 page first'],
    ['GET', '/posts/2', '200 page 2'],
    ['OPTIONS', '/any', '200 OPTIONS'],
    ['PATCH', '/any', '200 PATCH'],
    ['OPTIONS', '*', '204 '],
  ])('answers %s %s with %s', async (method, uri, expected) => {
    expect(await answer(method, uri)).toBe(expected);
  });

  test.each([
    ['/nowhere'],
    ['/users'],
    ['/users/'],
    ['/users/a/'],
    ['/users/a/b'],
    ['/Users/me'],
    ['//users/me'],
    ['/files/'],
    ['/any/'],
  ])('has not %s', async (uri) => {
    expect(await answer('GET', uri)).toBe('404 Not Found');
  });

  test.each([['/users/%'], ['/users/%ff'], ['/users/%C3%28'], ['/files/a/%e'], ['/users/%u0041']])(
    'refuses %s, which is not encoded as it should be',
    async (uri) => {
      expect(await answer('GET', uri)).toBe('400 Bad Request');
    },
  );

  test('names the methods that there are, when one is not', async () => {
    expect(await answer('POST', '/users/1')).toBe('405 [GET, DELETE, HEAD, OPTIONS]');
    expect(await answer('PUT', '/users/me')).toBe('405 [GET, DELETE, HEAD, OPTIONS]');
    expect(await answer('OPTIONS', '/files/a')).toBe('204 [GET, HEAD, OPTIONS]');
    const posts = route({
      '/': { POST: () => say('posted'), HEAD: () => respond(200), OPTIONS: () => say('own') },
    });
    expect(await answer('GET', '/', posts)).toBe('405 [POST, HEAD, OPTIONS]');
    expect(await answer('OPTIONS', '/', posts)).toBe('200 own');
  });

  test.each([['constructor'], ['__proto__'], ['toString'], ['get']])(
    'takes the method %s for no more than its name',
    async (method) => {
      expect(await answer(method, '/users/1')).toBe('405 [GET, DELETE, HEAD, OPTIONS]');
    },
  );

  test('answers HEAD by what answers GET, whose content is not made', async () => {
    let left = false;
    const endless = route({
      '/': {
        GET: () =>
          new Observable<ResponseNotification>((subscriber) => {
            subscriber.next(responseStart(200, [['ETag', '"a"']]));
            subscriber.next(responseBody(Buffer.from('a')));
            subscriber.add(NEVER.subscribe());
            return () => (left = true);
          }),
      },
    });
    const response = await ask(endless, 'HEAD', '/');
    expect([response.status, fieldOf(response, 'ETag'), response.content.length]).toEqual([200, '"a"', 0]);
    expect(left).toBe(true);
  });

  test('hands on what a handler errors with, HEAD included', async () => {
    const fault = new Error('handler');
    const failing = route({ '/': { GET: () => throwError(() => fault) } });
    await expect(ask(failing, 'GET', '/')).rejects.toBe(fault);
    await expect(ask(failing, 'HEAD', '/')).rejects.toBe(fault);
  });

  test('may stand in another, and have another behind it', async () => {
    const api = route({ '/api/users/:id': { GET: ({ params }) => say(params.id) } });
    const site = route({ '/api/*rest': api }, ({ uri }) => respond(200, textBody(`page ${uri}`)));
    expect(await answer('GET', '/api/users/7', site)).toBe('200 7');
    expect(await answer('GET', '/api/nothing', site)).toBe('404 Not Found');
    expect(await answer('GET', '/about', site)).toBe('200 page /about');
  });

  test('is not made of what is no pattern, or no handler', () => {
    expect(() => route({ users: () => say('') })).toThrow(TypeError);
    expect(() => route({ '/:': () => say('') })).toThrow(TypeError);
    expect(() => route({ '/{a': () => say('') })).toThrow(TypeError);
    expect(() => route({ '/': { GET: 'index.html' as never } })).toThrow('GET / has no handler');
    expect(() => route({ '/a': { get: () => say('') } })).toThrow('get /a is of no method: it is GET');
  });

  test('serves', () => {
    virtually(({ flush }) => {
      const transport = memoryTransport();
      const heard: string[] = [];
      new HttpServer({ transport, host: 'origin', port: 80, idleTimeout: 1_000 }).serve(table).subscribe();
      const client = new HttpClient({ transport, idleTimeout: 1_000 });
      client
        .exchange({ method: 'GET', uri: 'http://origin/users/a%20b', headers: [] })
        .pipe(text())
        .subscribe((content) => heard.push(content));
      flush();
      expect(heard).toEqual(['user a b']);
    });
  });
});

test('parameters have the types that their path gives them', () => {
  // Compiled, not run: `npm test` begins with the types.
  const params: Params<'/a/:id/b-:name.:ext{/:page}/*rest'> = { id: '1', name: 'n', ext: 'e', rest: ['r'] };
  const page: string | undefined = params.page;
  // @ts-expect-error -- no such parameter
  const nothing: unknown = params.nothing;
  route({
    '/a/:id': {
      // @ts-expect-error -- no such parameter here, either
      GET: ({ params: given }) => say(given.name as string),
    },
  });
  expect([page, nothing, of(1)]).toBeDefined();
});
