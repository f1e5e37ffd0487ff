import { describe, expect, test } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import {
  collect,
  respond,
  textBody,
  textOf,
  trustForwarded,
  type Handler,
  type HeaderList,
  type HttpServerRequest,
  type TrustForwardedOptions,
} from 'rxchange';
import { requestOf } from '../integrations/support/asking.ts';

const OURS = ['10.0.0.0/8', 'fd00::/8'];
const seen: Handler = ({ scheme, authority, connection: { remoteAddress, remotePort } }) =>
  respond(200, textBody([scheme, authority, String(remoteAddress), String(remotePort)].join(' ')));

/** What a handler sees, or the status when it sees nothing. */
async function ask(
  by: TrustForwardedOptions['by'],
  headers: HeaderList,
  more: Partial<HttpServerRequest> = { connection: { remoteAddress: '10.0.0.1', remotePort: 1 } },
): Promise<string> {
  const handler = trustForwarded({ from: OURS, by })(seen);
  const response = await lastValueFrom(handler(requestOf('GET', '/', headers, more)).pipe(collect()), {
    defaultValue: undefined,
  });
  return response?.status === 200 ? textOf(response) : String(response?.status);
}

const DIRECT = 'http origin 10.0.0.1 1';

describe('Forwarded', () => {
  test.each<[string, string | string[]]>([
    [DIRECT, []],
    ['https a.example 192.0.2.1 undefined', 'for=192.0.2.1;proto=https;host=a.example'],
    ['http a.example:8080 192.0.2.1 4711', 'for="192.0.2.1:4711";host="a.example:8080"'],
    ['http origin 2001:db8::1 4711', 'for="[2001:db8::1]:4711"'],
    ['http origin 192.0.2.1 65535', 'for="192.0.2.1:65535"'],
    ['HTTPS', 'for=192.0.2.1;proto=HTTPS'],
    // What stands before the first that is not ours is the client's own word.
    ['http origin 192.0.2.1 undefined', 'for=203.0.113.9;proto=https;host=evil, for=192.0.2.1'],
    ['http origin 192.0.2.1 undefined', 'for=nonsense, for=192.0.2.1'],
    ['http origin 192.0.2.1 undefined', 'for=10.9.9.9;proto=ftp, for=192.0.2.1'],
    // Through several of ours, it is what the outermost has seen.
    ['https a 192.0.2.1 undefined', 'for=192.0.2.1;proto=https;host=a, for=10.0.0.2;proto=http;host=inner'],
    ['https a 192.0.2.1 undefined', ['for=192.0.2.1;proto=https;host=a', 'for="[fd00::2]"']],
    ['https origin 10.0.0.2 undefined', 'proto=https;for=10.0.0.2'],
    // Whoever is hidden is nobody that could be trusted.
    ['https origin undefined undefined', 'for=10.0.0.9, for=_hidden;proto=https'],
    ['http origin undefined undefined', 'for=unknown'],
    ['https origin 10.0.0.1 1', 'for=192.0.2.1;host=evil, proto=https'],
  ])('gives %s for %p', async (expected, lines) => {
    const headers = [lines].flat().map((line) => ['forwarded', ` ${line} `] as const);
    const given = await ask('forwarded', headers);
    expect(given).toBe(expected === 'HTTPS' ? 'https origin 192.0.2.1 undefined' : expected);
  });

  test.each([
    ['for="192.0.2.1'],
    ['for="_evil, for=192.0.2.1'],
    ['for=192.0.2.1;'],
    ['for=192.0.2.300'],
    ['for=localhost'],
    ['for="[::1"'],
    ['for="[fe80::1%eth0]"'],
    ['for="192.0.2.1:65536"'],
    ['for=192.0.2.1;proto=ftp'],
    ['for=192.0.2.1;proto=""'],
    ['for=192.0.2.1;host="a b"'],
    ['for=192.0.2.1;host="user@a"'],
    ['for=192.0.2.1;host=""'],
    ['for=192.0.2.1;for=10.0.0.1'],
    [''],
  ])('refuses %p', async (line) => {
    expect(await ask('forwarded', [['Forwarded', line]])).toBe('400');
  });

  test('is not believed from anybody else, nor read', async () => {
    const more = { connection: { remoteAddress: '192.0.2.7', remotePort: 2 } };
    expect(await ask('forwarded', [['Forwarded', 'for=10.0.0.1;proto=https']], more)).toBe(
      'http origin 192.0.2.7 2',
    );
    expect(await ask('forwarded', [['Forwarded', '"']], more)).toBe('http origin 192.0.2.7 2');
    expect(await ask('forwarded', [['Forwarded', 'for=192.0.2.1']], { connection: {} })).toBe(
      'http origin undefined undefined',
    );
  });

  test('is not read where the others are, and they are not where it is', async () => {
    expect(await ask('x-forwarded', [['Forwarded', 'for=192.0.2.1']])).toBe(DIRECT);
    expect(await ask('forwarded', [['X-Forwarded-For', '192.0.2.1']])).toBe(DIRECT);
  });
});

describe('X-Forwarded-For, -Proto and -Host', () => {
  const rows: [string, string, string?, string?][] = [
    ['http origin 192.0.2.1 undefined', '192.0.2.1'],
    ['http origin 2001:db8::1 undefined', '2001:db8::1'],
    ['http origin 192.0.2.1 99', '192.0.2.1:99'],
    ['http origin 2001:db8::1 99', '[2001:db8::1]:99'],
    ['https a 192.0.2.1 undefined', '192.0.2.1', 'https', 'a'],
    ['https a 192.0.2.1 undefined', '203.0.113.9, 192.0.2.1', 'https', 'a'],
    ['https a 192.0.2.1 undefined', '192.0.2.1, 10.0.0.2', 'https, http', 'a, inner'],
    ['http inner 192.0.2.1 undefined', '203.0.113.9, 192.0.2.1', 'https, http', 'evil, inner'],
    ['http origin 192.0.2.1 undefined', 'nonsense, 192.0.2.1'],
    ['http origin undefined undefined', 'unknown'],
    ['https origin 10.0.0.1 1', '', 'https'],
  ];
  test.each(rows.map((row) => [row]))('give %p', async ([expected, nodes, schemes, hosts]) => {
    const headers: HeaderList = [
      ...(nodes === '' ? [] : ([['X-Forwarded-For', nodes]] as const)),
      ...(schemes === undefined ? [] : ([['X-Forwarded-Proto', schemes]] as const)),
      ...(hosts === undefined ? [] : ([['X-Forwarded-Host', hosts]] as const)),
    ];
    expect(await ask('x-forwarded', headers)).toBe(expected);
  });

  test.each<[HeaderList]>([
    [[['X-Forwarded-For', 'nonsense']]],
    [[['X-Forwarded-For', '']]],
    [[['X-Forwarded-For', '192.0.2.1,']]],
    [[['X-Forwarded-For', 'fe80::1%eth0']]],
    [[['X-Forwarded-For', 'nonsense, 10.0.0.2']]],
    [
      [
        ['X-Forwarded-For', '192.0.2.1'],
        ['X-Forwarded-Proto', 'javascript'],
      ],
    ],
    [
      [
        ['X-Forwarded-For', '192.0.2.1'],
        ['X-Forwarded-Proto', 'http, https'],
      ],
    ],
    [
      [
        ['X-Forwarded-For', '192.0.2.1'],
        ['X-Forwarded-Host', 'a/b'],
      ],
    ],
    [
      [
        ['X-Forwarded-For', '192.0.2.1'],
        ['X-Forwarded-Host', 'a'],
        ['X-Forwarded-Host', 'b'],
      ],
    ],
    [[['X-Forwarded-Proto', 'http, https']]],
  ])('refuse %p', async (headers) => {
    expect(await ask('x-forwarded', headers)).toBe('400');
  });
});

const PEERS = 'from must be a list of IP addresses and networks, such as 10.0.0.0/8';
const NAMES = "by must be 'forwarded' or 'x-forwarded', not ";

test.each([
  [{ from: ['10.0.0.0/99'], by: 'forwarded' }, `${PEERS} (10.0.0.0/99 is none), not this list`],
  [{ from: '10.0.0.0/8', by: 'forwarded' }, `${PEERS}, not 10.0.0.0/8`],
  [{ from: OURS, by: 'both' }, `${NAMES}both`],
  [{ from: OURS }, `${NAMES}undefined`],
  [{ by: 'forwarded' }, `${PEERS}, not null`],
  [{ from: OURS, by: 'forwarded', hops: 1 }, 'hops is not an option of trustForwarded'],
])('%p trusts nobody', (options, message) => {
  expect(() => trustForwarded(options as never)).toThrow(new TypeError(message));
});
