import { ResponseReader } from 'rxchange/wire';
import { CLASSES } from '../src/wire/grammar.ts';
import { latin1 } from '../src/wire/input.ts';
import { median, spread, table } from './report.ts';

const HEAD = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'Date: Mon, 01 Jan 2024 00:00:00 GMT',
    'Content-Type: application/json; charset=utf-8',
    'Content-Length: 0',
    'Cache-Control: private, max-age=0, must-revalidate',
    'ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"',
    'Vary: Accept-Encoding, Origin',
    'Server: example/1.0',
    'X-Request-Id: 7b44e0b0-9c1c-4a0e-8a3d-0d2f4f2b8a11',
    'Strict-Transport-Security: max-age=31536000',
    'Last-Modified: Sun, 31 Dec 2023 23:59:59 GMT',
    '',
    '',
  ].join('\r\n'),
);

/** ns a call, the runs of both in turn. */
function compare(calls: number, rounds: number, ...works: readonly (() => void)[]): number[][] {
  const results = works.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, work] of works.entries()) {
      const startedAt = process.hrtime.bigint();
      for (let call = 0; call < calls; call++) work();
      const ns = Number(process.hrtime.bigint() - startedAt) / calls;
      if (round >= 0) results[index]?.push(ns);
    }
  }
  return results;
}

/** Keeps the compiler from leaving out what nobody looks at. */
let sink = 0;

/** The least that any reader of a head must do: make a string of it, and look up the class of each octet. */
function floor(): void {
  const classes = CLASSES;
  const { length } = HEAD;
  let sum = latin1(HEAD, 0, length).length;
  // Not for-of, which costs four times as much on a Buffer.
  for (let at = 0; at < length;) sum = (sum + classes[HEAD[at++]]) | 0;
  sink = sum;
}

/** Reading a head with ten fields, and what dripping costs. */
export function benchWire(isQuick: boolean): Record<string, number> {
  const reader = new ResponseReader();
  const read = (): void => {
    reader.expect('GET');
    reader.push(HEAD);
    while (reader.read() !== undefined) sink = (sink + 1) | 0;
  };
  const [floors = [], reads = []] = compare(20_000, isQuick ? 7 : 21, floor, read);
  table(
    ['head of 10 fields', 'ns', 'spread', '× latin1Slice and a scan'],
    [
      ['latin1Slice and a scan', median(floors).toFixed(0), spread(floors), '1.00'],
      [
        'ResponseReader',
        median(reads).toFixed(0),
        spread(reads),
        (median(reads) / median(floors)).toFixed(2),
      ],
    ],
  );

  const sizes = [1, 4, 16, 64, 256, 1024].map((kibibytes) => kibibytes * 1024);
  const dripped = sizes.map((size) => median(compare(1, isQuick ? 5 : 9, () => drip(size)).flat()) / size);
  table(
    ['one octet at a time', 'ns an octet'],
    sizes.map((size, index) => [`${String(size / 1024)} KiB`, (dripped[index] ?? NaN).toFixed(0)]),
  );
  return {
    'wire head × floor': median(reads) / median(floors),
    'wire dripped 1 MiB ÷ 16 KiB': (dripped.at(-1) ?? NaN) / (dripped[2] ?? NaN),
  };
}

/** A response of so many octets, half of them its head as far as the limits go, pushed one by one. */
function drip(size: number): void {
  const limits = { fieldSection: 2 * size, fields: size };
  const reader = new ResponseReader({ limits });
  reader.expect('GET');
  const field = `X-Field: ${'x'.repeat(53)}\r\n`;
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${String(size / 2)}\r\n${field.repeat(size / 128)}\r\n`;
  const octet = new Uint8Array(1);
  for (const octets of [Buffer.from(head), Buffer.alloc(size / 2)]) {
    for (const value of octets) {
      octet[0] = value;
      reader.push(octet);
      while (reader.read() !== undefined) sink = (sink + 1) | 0;
    }
  }
  if (!reader.isIdle) throw new Error('the message was not read');
}
