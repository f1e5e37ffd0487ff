import { settled, withClock } from './clock.js';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import ky from 'ky';
import { delay, http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { Agent, setGlobalDispatcher } from 'undici';
import { download } from './silence.js';
import { inPart, no, yes } from './verdict.js';

export const name = 'msw';
export const packages = ['msw', 'ky'];

const server = setupServer();
server.listen({ onUnhandledRequest: 'error' });
setGlobalDispatcher(new Agent({ connections: 2 }));

const RETRY = { limit: 2, delay: () => 500 };
const client = ky.create({ retry: RETRY });

/** Runs with these answers, each given once. */
const answering = (method, uri, answers, work) =>
  withClock(async (clock) => {
    for (const answer of answers.toReversed()) server.use(http[method](uri, answer, { once: true }));
    try {
      await work(clock);
    } finally {
      server.resetHandlers();
    }
  });

/** Content in these pieces, which goes on for ever unless it is said to end. */
const streamOf = (pieces, ends) =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(Buffer.from(piece));
      if (ends) controller.close();
    },
  });

const OSLO = 'http://weather/cities/Oslo';

async function temperature(options) {
  return (await client.get(OSLO, options).json()).celsius;
}

export const scenarios = {
  1: yes(() =>
    answering('get', OSLO, [() => new HttpResponse(streamOf(['{"celsius":', '21.5}'], true))], async () => {
      strictEqual(await settled(temperature()), 21.5);
    }),
  ),

  2: yes(() => {
    const file = () => new HttpResponse(streamOf(['abcabc'], false), { headers: { 'Content-Length': '9' } });
    return answering('get', 'http://files/large', [file], async () => {
      deepStrictEqual(await settled(download('http://files/large', 30_000)), { octets: 6, state: 'stalled' });
      strictEqual(Date.now(), 30_000);
    });
  }),

  3: inPart('a connect has no time of its own: what is late is the answer', () => {
    const answers = [5_000, 20].map((ms) => async () => {
      await delay(ms);
      return new HttpResponse();
    });
    return answering('head', 'http://service/', answers, async () => {
      const ask = () => client.head('http://service/', { timeout: 250, retry: 0 });
      const { status } = await settled(ask().catch(ask));
      deepStrictEqual([status, Date.now()], [200, 270]);
    });
  }),

  4: yes(() => {
    const contents = [];
    const heard =
      (answer) =>
      async ({ request }) => {
        contents.push(await request.text());
        return answer;
      };
    const answers = [heard(HttpResponse.error()), heard(new HttpResponse(null, { status: 201 }))];
    return answering('put', 'http://notes/today', answers, async () => {
      const { status } = await settled(client.put('http://notes/today', { body: 'buy milk' }));
      deepStrictEqual([status, contents, Date.now()], [201, ['buy milk', 'buy milk'], 500]);
    });
  }),

  5: inPart('no connection is kept: this is a failure like another, and waits for its retry', () => {
    const answers = [new HttpResponse(null, { status: 202 }), HttpResponse.error(), new HttpResponse()];
    return answering(
      'get',
      'http://jobs/1',
      answers.map((answer) => () => answer),
      async () => {
        const poll = async () => (await client.get('http://jobs/1')).status;
        deepStrictEqual([await settled(poll()), await settled(poll())], [202, 200]);
      },
    );
  }),

  6: yes(() => {
    const busy = { status: 503, headers: { 'Retry-After': 'Thu, 01 Jan 1970 00:00:03 GMT' } };
    const answers = [() => new HttpResponse(null, busy), () => HttpResponse.json({ celsius: 4 })];
    return answering('get', OSLO, answers, async () => {
      strictEqual(await settled(temperature()), 4);
      strictEqual(Date.now(), 3_000);
    });
  }),

  7: yes(() => {
    let asked = 0;
    const busy = async () => {
      asked++;
      await delay(300);
      return new HttpResponse(null, { status: 503 });
    };
    return answering('get', OSLO, [busy, busy, busy], async () => {
      const deadline = new AbortController();
      setTimeout(() => deadline.abort(), 1_700);
      const known = temperature({ signal: deadline.signal }).catch(() => 'as it was');
      strictEqual(await settled(known), 'as it was');
      deepStrictEqual([asked, Date.now()], [3, 1_700]);
    });
  }),

  8: inPart(
    'of the phases there is one, the wait for the answer: an abort in the content is not noticed; no socket',
    () => {
      const slow = async () => {
        await delay(100);
        return new HttpResponse('part');
      };
      return answering('get', 'http://search/', [slow], async () => {
        const typing = new AbortController();
        setTimeout(() => typing.abort(), 10);
        const searching = client.get('http://search/', { signal: typing.signal }).text();
        await rejects(settled(searching), { name: 'AbortError' });
        strictEqual(Date.now(), 10);
      });
    },
  ),

  9: no('what is mocked passes by the dispatcher and its limit: all five are asked at once', () => {
    const asked = [];
    const picture = async ({ request }) => {
      asked.push(new URL(request.url).pathname);
      await delay(20);
      return new HttpResponse('picture');
    };
    return answering('get', 'http://gallery/:name', Array(5).fill(picture), async (clock) => {
      const all = Promise.all(
        ['/a', '/b', '/c', '/d', '/e'].map((path) => client.get(`http://gallery${path}`)),
      );
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      await clock.tickAsync(19);
      deepStrictEqual(asked, ['/a', '/b']);
      await settled(all);
    });
  }),

  10: no('its handlers answer within the client: there is no server to stop, and no wire with a latency'),
};
