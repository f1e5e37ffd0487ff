import { afterAll, beforeAll, expect, test } from '@jest/globals';
import net from 'node:net';
import { rawServer, type Peer } from './peer/node-server.ts';
import { report } from './peer/program.ts';

const BAD_URLS = [
  '',
  '/path',
  'example.org',
  'ftp://example.org/',
  'http://',
  'http:///path',
  'http://a b/',
  'http://example.org/a b',
  'http://example.org/\r\nHost: evil',
  'http://user:password@example.org/',
  'http://example.org:65536/',
  'http://example.org:port/',
  'http://[::1/',
];
const BAD_HEADERS = [
  ['X-Field', 'a\r\nX-Evil: b'],
  ['X-Field', 'a\nb'],
  ['X-Field', 'a\rb'],
  ['X-Field', 'a\0b'],
  ['X-Field', '\u010a'],
  ['X-Field\r\nX-Evil', 'a'],
  ['X Field', 'a'],
  ['', 'a'],
] as const;

/** How the program was told of the failure of each request. */
let failures: Record<string, unknown>;
let peer: Peer;

/** A port that nobody listens on any more. */
async function refusedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// All in one process, which `report` wants to end by itself, with status 0 and nothing on its standard error.
beforeAll(async () => {
  peer = await rawServer((socket) => socket.end('this is not HTTP\r\n\r\n'));
  const request = (uri: string, header?: readonly [string, string]): object => ({
    method: 'GET',
    uri,
    headers: header === undefined ? [] : [header],
  });
  const requests = {
    unparsable: request(peer.url),
    refused: request(`http://127.0.0.1:${await refusedPort()}/`),
    unknown: request('http://no-such-host.invalid/'),
    ...Object.fromEntries(BAD_URLS.map((uri) => [JSON.stringify(uri), request(uri)])),
    ...Object.fromEntries(BAD_HEADERS.map((header) => [JSON.stringify(header), request(peer.url, header)])),
  };
  failures = await report('fail', JSON.stringify(requests));
});
afterAll(() => peer.stop());

test('a response that is not HTTP', () => {
  expect(failures['unparsable']).toEqual({
    by: 'error',
    name: 'StartLineError',
    code: 'START_LINE',
    isHttpError: true,
  });
});

test('a refused port', () => {
  expect(failures['refused']).toEqual({
    by: 'error',
    name: 'ConnectError',
    code: 'CONNECT',
    isHttpError: true,
    cause: 'ECONNREFUSED',
  });
});

test('an unknown host', () => {
  expect(failures['unknown']).toEqual({
    by: 'error',
    name: 'DnsError',
    code: 'DNS',
    isHttpError: true,
    // Which of the two depends on whether there is a resolver to ask.
    cause: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
  });
});

test.each(BAD_URLS)('the bad URL %j', (uri) => {
  expect(failures[JSON.stringify(uri)]).toEqual({
    by: 'error',
    name: 'UrlError',
    code: 'URL',
    isHttpError: true,
  });
});

test.each(BAD_HEADERS)('the header %j: %j', (...header) => {
  expect(failures[JSON.stringify(header)]).toEqual({
    by: 'throw',
    name: 'UnwritableError',
    code: 'UNWRITABLE',
    isHttpError: false,
    isTypeError: true,
  });
});
