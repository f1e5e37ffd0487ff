import { deepStrictEqual } from 'node:assert';
import { compileFunction } from 'node:vm';
import { expect, test } from '@jest/globals';
import { concat, delay, map, of, switchMap, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import * as rxchange from 'rxchange';
import 'rxchange/jest';
import * as kit from 'rxchange/testing';
import { codeBlocksOf } from '../support/markdown-code.ts';

/** The examples of `docs/testing.md` that belong to no file of the course. */
const blocks = codeBlocksOf('docs/testing.md')
  .filter(({ name }) => name === undefined)
  .map(({ text }) => text);

// eslint-disable-next-line @typescript-eslint/no-deprecated -- one signature of each is
const rxjs = { concat, delay, map, of, switchMap, timer };

/** Runs a block, without its imports and types, with these names in sight; says what it gives a name to. */
function execute(block: string, scope: Readonly<Record<string, unknown>>, result = 'undefined'): unknown {
  const code = block.replace(/^import .*\n/gm, '').replace(/: (NetworkScript|Handler)|<number>/g, '');
  const all: Record<string, unknown> = { ...rxchange, ...kit, ...scope };
  const names = Object.keys(all);
  const run = compileFunction(`${code}\nreturn ${result};`, names) as (...args: unknown[]) => unknown;
  return run(...names.map((name) => all[name]));
}

test('there are seven', () => {
  expect(blocks).toHaveLength(7);
});

test('the first is a test that passes', () => {
  execute(blocks[0], {});
  expect(() => execute(blocks[0].replace('999ms', '998ms'), {})).toThrow(kit.MismatchError);
});

test('the second is one of a plain TestScheduler', () => {
  const scope = { ...rxjs, deepStrictEqual, TestScheduler };
  execute(blocks[1], scope);
  expect(() => execute(blocks[1].replace('89999ms', '89998ms'), scope)).toThrow('frame: 90000');
});

test('the fourth is a matcher', () => {
  const told = [rxchange.responseStart(200), rxchange.responseBody(Buffer.from('abc'))];
  execute(blocks[3], { expect, told });
  expect(() => execute(blocks[3], { expect, told: told.slice(1) })).toThrow('response_body');
});

test('the sixth asks a handler, and a server', () => {
  execute(blocks[5], rxjs);
  expect(() => execute(blocks[5].replace('22ms a', '21ms a'), rxjs)).toThrow(kit.MismatchError);
  expect(() => execute(blocks[5].replace('---r---|', '---r'), rxjs)).toThrow(kit.MismatchError);
});

test('the seventh plays a recording', () => {
  const file = kit.formatRecording({
    marbles: '--s-(d|)',
    values: { s: rxchange.responseStart(204), d: rxchange.responseDone() },
    subscription: '^',
    frame: 1,
  });
  const exchange = execute(blocks[6], { readFileSync: () => file }, 'exchange') as rxchange.Exchange;
  new kit.HttpTestScheduler().run(({ expectExchange }) => {
    const request = { method: 'GET', uri: 'http://nobody/', headers: [] };
    expectExchange(exchange(request)).toBe('--s-(d|)', { s: 204 });
  });
});

test('the third says what can be expected', () => {
  const { responseBody, responseDone, responseStart, ConnectionResetError } = rxchange;
  const said = {
    s: responseStart(200),
    b: responseBody(Buffer.from('abc')),
    d: responseDone([['Digest', 'x']]),
  };
  const [whole, exact, broken] = blocks[2].trim().split('\n');
  new kit.HttpTestScheduler().run(({ cold, expectExchange }) => {
    execute(whole, { expectExchange, response: cold('--s-b-(d|)', said) });
    execute(exact, { expectExchange, response: cold('--s-b-(d|)', said) });
    execute(broken, { expectExchange, response: cold('--s-b-#', said, new ConnectionResetError('x')) });
  });
});

test('the fifth is a script of a network', () => {
  new kit.HttpTestScheduler().run(({ expectExchange, network }) => {
    const { script, values } = execute(blocks[4], {}, '{ script, values }') as {
      script: kit.NetworkScript;
      values: kit.OctetValues;
    };
    const { transport } = network(script, { values });
    const client = new rxchange.HttpClient({ transport, retryLimit: 0 });
    const get = (host: string) => client.exchange({ method: 'GET', uri: `http://${host}/`, headers: [] });
    expectExchange(get('slow')).toBe('322ms s-b-(d|)', { b: 'abc' });
    expectExchange(get('down')).toBe('--#', {}, 'CONNECT');
    expectExchange(get('flaky')).toBe('--s-b-#', { b: 'abc' }, 'CONNECTION_RESET');
    expectExchange(get('flaky'), '-^').toBe('--is-(bd|)', { i: 103 });
    expectExchange(get('many')).toBe('--s-(bd|)');
    expectExchange(get('many')).toBe('--s-(bd|)');
    expectExchange(get('many')).toBe('--#');
  });
});
