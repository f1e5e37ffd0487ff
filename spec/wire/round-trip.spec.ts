import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HeaderList } from '../../src/message/headers.ts';
import { readPieces, readWhole, requests, responses, type Open } from './support/every-cut.ts';
import {
  contentOf,
  cutAt,
  sentRequest,
  sentResponse,
  someCuts,
  writeRequest,
  writeResponse,
} from './support/messages.ts';

/** A value as it arrives: with the space that the writer puts where the value brings none. */
function arrived(headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => [name, /^[ \t]|^$/.test(value) ? value : ` ${value}`]);
}

/** The caller's fields among what has arrived. */
function own(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !/^(?:host|content-length|transfer-encoding)$/i.test(name));
}

interface Seen {
  readonly start: Readonly<Record<string, unknown>> & { readonly headers: HeaderList };
  readonly body: string;
  readonly done: HeaderList;
}

function see(open: Open, octets: Uint8Array, cuts: readonly number[], ends = false): Seen {
  const { parts, buffered } = readPieces(open, cutAt(octets, cuts), ends);
  expect(parts).toEqual(readWhole(open, octets, ends).parts);
  expect(buffered).toBe(0);
  const [start, ...rest] = parts as readonly unknown[] as [Seen['start'], ...Partial<Seen>[]];
  const last = rest.pop();
  expect(rest.length).toBeLessThanOrEqual(1);
  return { start, body: rest[0]?.body ?? '', done: last?.done ?? [['', 'not done']] };
}

describe('what the writer writes', () => {
  test('of a request, the reader reads back, however it is cut', () => {
    fc.assert(
      fc.property(sentRequest, someCuts, (sent, cuts) => {
        const { octets, hasTrailers } = writeRequest(sent);
        const { start, body, done } = see(requests(), octets, cuts);
        expect(start).toMatchObject({
          request: sent.method,
          uri: sent.target,
          authority: 'a',
          isPersistent: true,
        });
        expect(own(start.headers)).toEqual(arrived(sent.headers));
        expect(body).toBe(contentOf(sent));
        expect(done).toEqual(hasTrailers ? arrived(sent.trailers) : []);
      }),
      { numRuns: 200 },
    );
  });

  test('of a response, the reader reads back, however it is cut', () => {
    fc.assert(
      fc.property(sentResponse, someCuts, (sent, cuts) => {
        const { octets, hasTrailers } = writeResponse(sent);
        const { start, body, done } = see(responses([sent.method]), octets, cuts, true);
        expect(start).toMatchObject({ response: sent.status, phrase: sent.phrase });
        expect(own(start.headers)).toEqual(arrived(sent.headers));
        const isEmpty = sent.method === 'HEAD' || [204, 205, 304].includes(sent.status);
        expect(body).toBe(isEmpty ? '' : contentOf(sent));
        expect(done).toEqual(hasTrailers ? arrived(sent.trailers) : []);
      }),
      { numRuns: 200 },
    );
  });

  test('of requests one behind the other, the reader reads back one after the other', () => {
    fc.assert(
      fc.property(fc.array(sentRequest, { maxLength: 4 }), someCuts, (all, cuts) => {
        const octets = new Uint8Array(Buffer.concat(all.map((sent) => writeRequest(sent).octets)));
        const { parts, buffered } = readPieces(requests(), cutAt(octets, cuts));
        const uris = parts.flatMap((part) => ('request' in part ? [part.uri] : []));
        expect(uris).toEqual(all.map(({ target }) => target));
        expect(parts.filter((part) => 'done' in part)).toHaveLength(all.length);
        expect(buffered).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('of what the reader has read is the same again: a value survives any number of hops', () => {
    fc.assert(
      fc.property(sentRequest, (sent) => {
        const once = see(requests(), writeRequest(sent).octets, []);
        const again = writeRequest({
          ...sent,
          headers: own(once.start.headers),
          trailers: [],
          hasLength: true,
        });
        expect(own(see(requests(), again.octets, []).start.headers)).toEqual(own(once.start.headers));
      }),
      { numRuns: 50 },
    );
  });
});

/** One change to a message: an octet is put in, taken out, or replaced; or a piece is repeated. */
const mutation = fc.record({
  kind: fc.constantFrom('insert', 'remove', 'replace', 'repeat'),
  at: fc.nat(),
  octet: fc.oneof(
    fc.constantFrom(...Array.from(Buffer.from('\r\n\t \0:;,0x"\x7f\x80\xa0', 'latin1'))),
    fc.nat(255),
  ),
  length: fc.integer({ min: 1, max: 20 }),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(octets: Uint8Array, { kind, at, octet, length }: Mutation): Uint8Array {
  const place = at % (octets.length + 1);
  const [before, behind] = [octets.subarray(0, place), octets.subarray(place)];
  switch (kind) {
    case 'insert':
      return Uint8Array.of(...before, octet, ...behind);
    case 'remove':
      return Uint8Array.of(...before, ...behind.subarray(1));
    case 'replace':
      return Uint8Array.of(...before, octet, ...behind.subarray(1));
    default:
      return Uint8Array.of(...before, ...behind.subarray(0, length), ...behind);
  }
}

/** That anything else than an error of ours is thrown, the support for reading sees to. */
describe('a message that was tampered with', () => {
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });

  test('is read or refused as a request, and the same for any cut', () => {
    fc.assert(
      fc.property(sentRequest, mutations, someCuts, (sent, changes, cuts) => {
        const octets = changes.reduce(mutate, writeRequest(sent).octets);
        for (const unfold of [false, true]) sameOutcome(requests({ unfold }), octets, cuts);
      }),
      { numRuns: 200 },
    );
  });

  test('is read or refused as a response, and the same for any cut', () => {
    fc.assert(
      fc.property(sentResponse, mutations, someCuts, (sent, changes, cuts) => {
        const octets = changes.reduce(mutate, writeResponse(sent).octets);
        for (const careful of [false, true]) sameOutcome(responses([sent.method], { careful }), octets, cuts);
      }),
      { numRuns: 200 },
    );
  });
});

function sameOutcome(open: Open, octets: Uint8Array, cuts: readonly number[]): void {
  const kinds = (pieces: Uint8Array[]): unknown[] =>
    readPieces(open, pieces, true).parts.map((part) => {
      if ('error' in part) return [part.error.code, part.error.offset];
      return 'anomaly' in part ? [part.anomaly.code, part.anomaly.offset] : part;
    });
  expect(kinds(cutAt(octets, cuts))).toEqual(kinds([octets]));
}
