import { ResponseReader } from 'rxchange/wire';
import { CLASSES } from '../src/wire/grammar.ts';
import { latin1 } from '../src/message/latin1.ts';
import { playRounds, type Extent } from './rounds.ts';
import type { Result, Sample } from './statistics.ts';

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

/** ns a call of `work`. */
function nsOf(work: () => void, calls: number): Sample {
  const startedAt = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) work();
  return { ns: Number(process.hrtime.bigint() - startedAt) / calls };
}

/** Keeps the compiler from leaving out what nobody looks at. */
let sink = 0;

/** The least that any reader of a head must do: make a string of it, and look up the class of each octet. */
function scan(): void {
  const classes = CLASSES;
  const { length } = HEAD;
  let sum = latin1(HEAD, 0, length).length;
  // Not for-of, which costs four times as much on a Buffer.
  for (let at = 0; at < length;) sum = (sum + classes[HEAD[at++]]) | 0;
  sink = sum;
}

/** Reading a head with ten fields, and what dripping costs. */
export async function benchWire({ isQuick }: Extent): Promise<Result[]> {
  const section = 'wire';
  const reader = new ResponseReader();
  const read = (): void => {
    reader.expect('GET');
    reader.push(HEAD);
    while (reader.read() !== undefined) sink = (sink + 1) | 0;
  };
  const heads = await playRounds(
    [
      { section, workload: 'head-10', subject: 'scan', play: () => nsOf(scan, 20_000) },
      { section, workload: 'head-10', subject: 'response-reader', play: () => nsOf(read, 20_000) },
    ],
    isQuick ? 7 : 21,
  );
  const drips = await playRounds(
    [1, 4, 16, 64, 256, 1024].map((kibibytes) => ({
      section,
      workload: 'dripped',
      subject: `${String(kibibytes)} KiB`,
      play: () => ({
        ns: (nsOf(() => drip(kibibytes * 1024), 1024 / kibibytes).ns ?? NaN) / (kibibytes * 1024),
      }),
    })),
    isQuick ? 5 : 9,
  );
  return [...heads, ...drips];
}

/** A response of so many octets, half of them its head as far as the limits go, pushed one by one. */
function drip(size: number): void {
  const limits = { fieldSection: 2 * size, fields: size };
  const reader = new ResponseReader({ limits });
  reader.expect('GET');
  const field = `X-Field: ${'x'.repeat(53)}\r\n`;
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${String(size / 2)}\r\n${field.repeat(size / 128)}\r\n`;
  for (const octets of [Buffer.from(head), Buffer.alloc(size / 2)]) {
    for (const value of octets) {
      reader.push(Uint8Array.of(value));
      while (reader.read() !== undefined) sink = (sink + 1) | 0;
    }
  }
  if (!reader.isIdle) throw new Error('the message was not read');
}
