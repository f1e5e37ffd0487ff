import fc from 'fast-check';
import type { HeaderList } from '../../../src/message/headers.ts';
import { bodyWriter } from '../../../src/wire/body-writer.ts';
import { controlFields, controlName } from '../../../src/wire/control-fields.ts';
import { sentRequestFraming, sentResponseFraming } from '../../../src/wire/framing.ts';
import { formatHead } from '../../../src/wire/message-writer.ts';
import { formatRequestLine, formatStatusLine } from '../../../src/wire/start-line.ts';

const text = (octets: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(octets)), maxLength });

const range = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCharCode(from + at)).join('');

const TCHAR = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const token = text(TCHAR, 12).map((chars) => chars || 'x');
const value = text(`\t ${range(0x21, 0x7e)}${range(0x80, 0xff)}`, 30);
const target = text(range(0x21, 0x7e).replace('#', '').replace('\\', ''), 30).map((path) => `/${path}`);
/** Fields that neither steer the message nor are steered by it. */
const fields: fc.Arbitrary<HeaderList> = fc.array(
  fc.tuple(
    token.filter((name) => controlName(name) === undefined),
    value,
  ),
  { maxLength: 6 },
);
const trailers = fields.map((list) => list.map(([name, of]) => [`x-${name}`, of] as const));
const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 });

/** What goes into a message, and which of its framings it is given. */
export interface SentMessage {
  readonly headers: HeaderList;
  readonly chunks: readonly Uint8Array[];
  readonly trailers: HeaderList;
  readonly hasLength: boolean;
}
export interface SentRequest extends SentMessage {
  readonly method: string;
  readonly target: string;
}
export interface SentResponse extends SentMessage {
  readonly method: string;
  readonly status: number;
  readonly phrase: string;
  readonly version: '1.0' | '1.1';
}

const message = { headers: fields, chunks, trailers, hasLength: fc.boolean() };

export const sentRequest: fc.Arbitrary<SentRequest> = fc.record({
  ...message,
  method: token.filter((method) => method !== 'CONNECT'),
  target,
});

export const sentResponse: fc.Arbitrary<SentResponse> = fc.record({
  ...message,
  method: fc.constantFrom('GET', 'HEAD', 'POST'),
  status: fc.oneof(fc.integer({ min: 200, max: 999 }), fc.constantFrom(200, 204, 205, 304)),
  phrase: value,
  version: fc.constantFrom<'1.0' | '1.1'>('1.0', '1.1'),
});

/** Offsets to cut at, to be taken modulo what there is to cut. */
export const someCuts = fc.array(fc.nat(), { maxLength: 8 });

export function contentOf({ chunks: pieces }: SentMessage): string {
  return pieces.map((chunk) => Buffer.from(chunk).toString('latin1')).join('');
}

function withLength(sent: SentMessage): HeaderList {
  return sent.hasLength
    ? [...sent.headers, ['Content-Length', String(contentOf(sent).length)]]
    : sent.headers;
}

/** A request as the writers write it, and whether it has had room for trailers. */
export function writeRequest(sent: SentRequest): { octets: Uint8Array; hasTrailers: boolean } {
  const headers = withLength(sent);
  const given = controlFields(headers);
  const framing = sentRequestFraming(sent.method, given, true);
  const startLine = formatRequestLine(sent.method, sent.target);
  const { declared } = framing;
  const head = formatHead({ startLine, before: 'Host: a\r\n', headers, fields: given, declared });
  return write(head, framing.content, sent);
}

/** A response as the writers write it; for one without content, what there is of it is dropped. */
export function writeResponse(sent: SentResponse): { octets: Uint8Array; hasTrailers: boolean } {
  const headers = withLength(sent);
  const given = controlFields(headers);
  const framing = sentResponseFraming(sent.status, sent.method, sent.version, given);
  const startLine = formatStatusLine(sent.status, sent.phrase);
  const head = formatHead({ startLine, headers, fields: given, declared: framing.declared });
  const isEmpty = framing.content?.type === 'length' && framing.content.length === 0;
  return write(head, framing.content, isEmpty ? { ...sent, chunks: [] } : sent);
}

function write(
  head: string,
  content: Parameters<typeof bodyWriter>[0],
  sent: SentMessage,
): { octets: Uint8Array; hasTrailers: boolean } {
  const hasTrailers = content?.type === 'chunked';
  const pieces: Uint8Array[] = [Buffer.from(head, 'latin1')];
  const body = bodyWriter(content, (piece) =>
    pieces.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece),
  );
  for (const chunk of sent.chunks) body.chunk(chunk);
  body.done(hasTrailers ? sent.trailers : []);
  return { octets: new Uint8Array(Buffer.concat(pieces)), hasTrailers };
}

/** The octets in pieces. */
export function cutAt(octets: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((cut) => cut % (octets.length + 1)).sort((a, b) => a - b);
  return [...places, octets.length].map((to, at) => octets.subarray(at === 0 ? 0 : places[at - 1], to));
}
