import { settled, withClock } from './clock.js';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import got from 'got';
import nock from 'nock';

import { download } from './silence.js';
import { inPart, no, yes } from './verdict.js';

export const name = 'nock';
export const packages = ['nock', 'got'];

const RETRY = { limit: 2, calculateDelay: ({ computedValue }) => (computedValue === 0 ? 0 : 500) };

/** Runs with what is mocked in it, all of which has to be used. */
const mocking = (work) =>
  withClock(async (clock) => {
    nock.disableNetConnect();
    try {
      await work(clock);
      deepStrictEqual(nock.pendingMocks(), []);
    } finally {
      nock.abortPendingRequests();
      nock.cleanAll();
    }
  });

async function temperature(options) {
  return (await got('http://weather/cities/Oslo', options).json()).celsius;
}

export const scenarios = {
  1: yes(() =>
    mocking(async () => {
      nock('http://weather')
        .get('/cities/Oslo')
        .reply(200, () => Readable.from(['{"celsius":', '21.5}']));
      strictEqual(await settled(temperature()), 21.5);
    }),
  ),

  2: yes(() =>
    mocking(async () => {
      const stalled = new Readable({ read() {} });
      stalled.push('abcabc');
      nock('http://files')
        .get('/large')
        .reply(200, () => stalled, { 'Content-Length': '9' });
      // By fetch: a timeout that got itself notices here is an error event that nobody can listen to.
      deepStrictEqual(await settled(download('http://files/large', 30_000)), { octets: 6, state: 'stalled' });
      strictEqual(Date.now(), 30_001);
    }),
  ),

  3: inPart('a connect has no time of its own: what is late is the answer', () =>
    mocking(async () => {
      nock('http://service').head('/').delayConnection(5_000).reply(200);
      nock('http://service').head('/').delayConnection(20).reply(200);
      const options = { timeout: { request: 250 }, retry: RETRY };
      const { statusCode } = await settled(got.head('http://service/', options));
      deepStrictEqual([statusCode, Date.now()], [200, 772]);
    }),
  ),

  4: yes(() =>
    mocking(async () => {
      nock('http://notes')
        .put('/today', 'buy milk')
        .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
      nock('http://notes').put('/today', 'buy milk').reply(201);
      const saving = got.put('http://notes/today', { body: 'buy milk', retry: RETRY });
      strictEqual((await settled(saving)).statusCode, 201);
      strictEqual(Date.now(), 501);
    }),
  ),

  5: inPart('no connection is kept: this is a reset like another, and waits for its retry', () =>
    mocking(async () => {
      nock('http://jobs').get('/1').reply(202);
      nock('http://jobs')
        .get('/1')
        .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
      nock('http://jobs').get('/1').reply(200);
      const agent = { http: new Agent({ keepAlive: true }) };
      const poll = async () => (await got('http://jobs/1', { agent, retry: RETRY })).statusCode;
      deepStrictEqual([await settled(poll()), await settled(poll())], [202, 200]);
    }),
  ),

  6: yes(() =>
    mocking(async () => {
      const busy = { 'Retry-After': 'Thu, 01 Jan 1970 00:00:03 GMT' };
      nock('http://weather').get('/cities/Oslo').reply(503, '', busy);
      nock('http://weather').get('/cities/Oslo').reply(200, { celsius: 4 });
      strictEqual(await settled(temperature()), 4);
      deepStrictEqual(Date.now(), 3_001);
    }),
  ),

  7: yes(() =>
    mocking(async () => {
      nock('http://weather').get('/cities/Oslo').times(3).delay(300).reply(503);
      const deadline = new AbortController();
      setTimeout(() => deadline.abort(), 1_700);
      const known = temperature({ retry: RETRY, signal: deadline.signal }).catch(() => 'as it was');
      strictEqual(await settled(known), 'as it was');
      strictEqual(Date.now(), 1_700);
    }),
  ),

  8: inPart('of the phases there are two, the wait for the answer and the content; no socket is freed', () =>
    mocking(async () => {
      nock('http://search').get('/?q=m').delay(100).reply(200, 'part');
      const stalled = new Readable({ read() {} });
      stalled.push('part');
      nock('http://search')
        .get('/?q=ma')
        .reply(200, () => stalled);
      for (const term of ['m', 'ma']) {
        const typing = new AbortController();
        const start = Date.now();
        setTimeout(() => typing.abort(), 10);
        const searching = got(`http://search/?q=${term}`, { signal: typing.signal });
        await rejects(settled(searching), { code: 'ERR_ABORTED' });
        strictEqual(Date.now() - start, 10);
      }
    }),
  ),

  9: no('what is mocked passes by the agent and its limit: all five are asked at once', () =>
    mocking(async (clock) => {
      const asked = [];
      const answer = (uri) => {
        asked.push(uri);
        return 'picture';
      };
      const names = ['/a', '/b', '/c', '/d', '/e'];
      for (const path of names) nock('http://gallery').get(path).delay(20).reply(200, answer);
      const agent = { http: new Agent({ keepAlive: true, maxSockets: 2 }) };
      const all = Promise.all(names.map((path) => got(`http://gallery${path}`, { agent })));
      await settled(Promise.race([all, new Promise((resolve) => setTimeout(resolve, 19))]));
      await clock.tickAsync(1);
      deepStrictEqual(asked, ['/a', '/b']);
      await settled(all);
    }),
  ),

  10: no('it has no servers, and no wire with a latency'),
};
