import { settled, withClock } from './clock.js';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import { Readable } from 'node:stream';
import { errors, interceptors, MockAgent, request } from 'undici';

import { inPart, no, yes } from './verdict.js';

export const name = 'undici MockAgent';
export const packages = ['undici'];

/** An agent whose connections to the origin are mocked, with undici's retries above it. */
function mocked(origin, retry) {
  const agent = new MockAgent({ connections: 2, bodyTimeout: 30_000 });
  agent.disableNetConnect();
  return {
    pool: agent.get(origin),
    dispatcher: retry === undefined ? agent : agent.compose(interceptors.retry(retry)),
  };
}

const RETRY = { maxRetries: 2, minTimeout: 500, timeoutFactor: 1 };
const reset = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' });

async function temperature(dispatcher, signal) {
  const { body } = await request('http://weather/cities/Oslo', { dispatcher, signal });
  return (await body.json()).celsius;
}

export const scenarios = {
  1: yes(async () => {
    const { pool, dispatcher } = mocked('http://weather');
    pool.intercept({ path: '/cities/Oslo' }).reply(200, { celsius: 21.5 });
    strictEqual(await temperature(dispatcher), 21.5);
  }),

  2: no('a reply comes whole; what times a body out is the parser of a connection, and there is none', () =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://files');
      const stalled = new Readable({ read() {} });
      stalled.push('abcabc');
      pool.intercept({ path: '/large' }).reply(200, stalled, { headers: { 'content-length': '9' } });
      let octets = 0;
      const download = async () => {
        const { body } = await request('http://files/large', { dispatcher });
        for await (const chunk of body) octets += chunk.length;
      };
      await rejects(settled(download()), errors.BodyTimeoutError);
      deepStrictEqual([octets, Date.now()], [6, 30_000]);
    }),
  ),

  3: inPart('no connect: the test itself throws the error, and says after which time', () =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://service', {
        ...RETRY,
        errorCodes: ['UND_ERR_CONNECT_TIMEOUT'],
      });
      pool.intercept({ path: '/', method: 'HEAD' }).replyWithError(new errors.ConnectTimeoutError());
      pool.intercept({ path: '/', method: 'HEAD' }).reply(200);
      const { statusCode } = await settled(request('http://service/', { method: 'HEAD', dispatcher }));
      deepStrictEqual([statusCode, Date.now()], [200, 500]);
    }),
  ),

  4: yes(() =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://notes', RETRY);
      const put = { path: '/today', method: 'PUT', body: 'buy milk' };
      pool.intercept(put).replyWithError(reset());
      pool.intercept(put).reply(201);
      const saving = request('http://notes/today', { method: 'PUT', body: 'buy milk', dispatcher });
      strictEqual((await settled(saving)).statusCode, 201);
      strictEqual(Date.now(), 500);
    }),
  ),

  5: inPart('no connection is kept: this is a reset like another, and waits for its retry', () =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://jobs', RETRY);
      pool.intercept({ path: '/1' }).reply(202);
      pool.intercept({ path: '/1' }).replyWithError(new errors.SocketError('other side closed'));
      pool.intercept({ path: '/1' }).reply(200);
      const statuses = [];
      for (let polls = 0; polls < 2; polls++) {
        const { statusCode, body } = await settled(request('http://jobs/1', { dispatcher }));
        await body.dump();
        statuses.push(statusCode);
      }
      deepStrictEqual(statuses, [202, 200]);
    }),
  ),

  6: yes(() =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://weather', RETRY);
      const busy = { headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:03 GMT' } };
      pool.intercept({ path: '/cities/Oslo' }).reply(503, '', busy);
      pool.intercept({ path: '/cities/Oslo' }).reply(200, { celsius: 4 });
      strictEqual(await settled(temperature(dispatcher)), 4);
      strictEqual(Date.now(), 3_000);
    }),
  ),

  7: yes(() =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://weather', RETRY);
      const path = '/cities/Oslo';
      // What is delayed must not fail: its retry would be an exception that nobody can catch.
      pool.intercept({ path }).reply(503).times(2);
      pool.intercept({ path }).reply(200, { celsius: 4 }).delay(300);
      const deadline = new AbortController();
      setTimeout(() => deadline.abort(), 1_200);
      const known = temperature(dispatcher, deadline.signal).catch(() => 'as it was');
      strictEqual(await settled(known), 'as it was');
      strictEqual(Date.now(), 1_200);
    }),
  ),

  8: inPart('of the phases there is one, the wait for an answer; no socket is freed', () =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://search');
      pool.intercept({ path: '/?q=m' }).reply(200, 'part').delay(100);
      const typing = new AbortController();
      setTimeout(() => typing.abort(), 10);
      const searching = request('http://search/?q=m', { dispatcher, signal: typing.signal });
      await rejects(settled(searching), { name: 'AbortError' });
      strictEqual(Date.now(), 10);
    }),
  ),

  9: no('a limit on connections means nothing without any: all five are asked at once', () =>
    withClock(async () => {
      const { pool, dispatcher } = mocked('http://gallery');
      const asked = [];
      const answer = ({ path }) => {
        asked.push(path);
        return { statusCode: 200, data: 'picture' };
      };
      for (const path of ['/a', '/b', '/c', '/d', '/e']) pool.intercept({ path }).reply(answer).delay(20);
      const all = Promise.all(
        ['/a', '/b', '/c', '/d', '/e'].map((path) => request(`http://gallery${path}`, { dispatcher })),
      );
      await new Promise(setImmediate);
      deepStrictEqual(asked, ['/a', '/b']);
      await settled(all);
    }),
  ),

  10: no('it has no servers, and no wire with a latency'),
};
