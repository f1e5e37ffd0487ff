import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lastValueFrom, of } from 'rxjs';
import { responseBody, responseDone, responseStart, tcpTransport, tlsTransport } from 'rxchange';
import { run } from '../src/cli/run.ts';
import { serve, type Served } from './ours/serve.ts';
import { Authority } from './peer/authority.ts';

let authority: Authority;
let other: Authority;
let server: Served;
beforeAll(async () => {
  authority = await Authority.create();
  other = await Authority.create('Other');
  const transport = tlsTransport(await authority.issue());
  const greeting = responseBody(Buffer.from('trusted'));
  server = await serve(() => of(responseStart(200), greeting, responseDone()), { transport });
});
afterAll(() => {
  server.stop();
  authority.remove();
  other.remove();
});

/** The exit status of the command, and what it has written. */
async function ask(...options: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const world = { stdin, stdout, stderr, env: {}, transport: tcpTransport(), version: '1.2.3' };
  const url = `https://127.0.0.1:${String(server.port)}/`;
  const status = await lastValueFrom(run([...options, url], world), { defaultValue: NaN });
  return { status, out: await text(stdout.end()), err: await text(stderr.end()) };
}

test('the command trusts the authority that it is given, and no other', async () => {
  expect(await ask('--cacert', authority.file)).toEqual({ status: 0, out: 'trusted', err: '' });
  for (const options of [[], ['--cacert', other.file]]) {
    const { status, out, err } = await ask(...options);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('CERTIFICATE_UNTRUSTED');
  }
});
