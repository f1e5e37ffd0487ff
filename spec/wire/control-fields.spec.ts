import { describe, expect, test } from '@jest/globals';
import type { HeaderList } from '../../src/message/headers.ts';
import {
  connectionOptions,
  controlFields,
  controlName,
  isHopByHop,
  upgradeProtocols,
} from '../../src/wire/control-fields.ts';

const NAMES = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
];

describe('controlName', () => {
  test.each(NAMES)('knows %s in any case', (name) => {
    expect(controlName(name)).toBe(name);
    expect(controlName(name.toUpperCase())).toBe(name);
    expect(controlName(name.replace(/^./, (first) => first.toUpperCase()))).toBe(name);
    expect(controlName(`${name}x`)).toBeUndefined();
    expect(controlName(` ${name}`)).toBeUndefined();
    expect(controlName(name.slice(1))).toBeUndefined();
    expect(controlName(`x${name.slice(1)}`)).toBeUndefined();
  });

  test.each(['', 'a', 'date', 'accept', 'location', 'connectiom', 'keep_alive', 'ho\u017ft'])(
    '%j is none',
    (name) => {
      expect(controlName(name)).toBeUndefined();
    },
  );
});

test('controlFields joins the lines of each, trimmed of SP and HTAB only', () => {
  const headers: HeaderList = [
    ['Host', ' a\t'],
    ['X', 'y'],
    ['CONNECTION', 'b'],
    ['connection', ' \xa0c '],
    ['Upgrade', ''],
  ];
  expect(controlFields(headers)).toEqual({ host: 'a', connection: 'b, \xa0c', upgrade: '' });
  expect(controlFields([['X', 'y']])).toEqual({});
  expect(controlFields([])).toEqual({});
});

test('upgradeProtocols are trimmed, and none is empty', () => {
  expect(upgradeProtocols(' h2c,\tX/2 ,, ')).toEqual(['h2c', 'X/2']);
  expect(upgradeProtocols('')).toEqual([]);
});

test('connectionOptions are lower-cased and trimmed', () => {
  expect(connectionOptions({})).toEqual([]);
  expect(connectionOptions({ connection: 'Close,\tX-Y , ,z' })).toEqual(['close', 'x-y', '', 'z']);
});

test.each([
  ['Connection', [], true],
  ['keep-alive', [], true],
  ['TE', [], true],
  ['Upgrade', [], true],
  ['Proxy-Connection', [], true],
  ['Transfer-Encoding', [], true],
  ['Host', ['host'], false],
  ['Content-Length', ['content-length'], false],
  ['Expect', [], false],
  ['Expect', ['expect'], true],
  ['X', [], false],
  ['X', ['y'], false],
  ['X', ['y', 'x'], true],
])('%s with the options %j is for one hop only: %p', (name, options, isForOne) => {
  expect(isHopByHop(name, options)).toBe(isForOne);
});
